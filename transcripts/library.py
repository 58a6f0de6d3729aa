"""The lectures of a person, filtered, ordered and in pages, and the courses they stand in.

Every query takes a page's rows by an index and what belongs to them by their keys; nothing is counted past
MOST_COUNTED, so that a page of a library of 100,000 videos costs what one of a hundred does.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from ingestion.models import BEGIN_OF_TITLE, Course, Video, VideoQuerySet
from transcripts import standing
from transcripts.models import Transcription

PAGE_SIZE = 24
MOST_COUNTED = 1000
LAST_PAGE = 10_000
LONGEST_TEXT = 200
# Courses shown as cards, and those a filter names.
MOST_CARDS = 12
MOST_CHOICES = 300
# The figures of a course this long are kept for a while: adding them up is not for every visit.
LONG_COURSE = 1000
FIGURES_SECONDS = 60

LINKS = Course.videos.through
ORDERS = {
    "newest": (_("newest first"), (F("published_at").desc(nulls_last=True), F("id").desc())),
    "views": (_("most viewed first"), (F("view_count").desc(nulls_last=True), F("id").desc())),
    "longest": (_("longest first"), (F("duration_seconds").desc(nulls_last=True), F("id").desc())),
    "title": (_("by title"), (BEGIN_OF_TITLE.asc(), F("id").asc())),
}
NEWEST = "newest"


@dataclass(frozen=True)
class Wish:
    """What a person asked to see of their library."""

    course_id: int | None = None
    told: standing.Told | None = None
    title: str = ""
    order: str = NEWEST
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return bool(self.course_id or self.told or self.title)

    def query(self) -> str:
        """Return the part of the address that asks for the same again."""
        parts = {
            "title": self.title,
            "course": self.course_id,
            "state": self.told and self.told.value,
            "order": self.order if self.order != NEWEST else "",
            "page": self.page if self.page > 1 else "",
        }
        text = urlencode({name: value for name, value in parts.items() if value})
        return f"?{text}" if text else ""

    def turned(self, pages: int) -> "Wish":
        return replace(self, page=self.page + pages)


@dataclass(frozen=True)
class Lecture:
    """A video with where its transcript stands and the courses through which the person sees it."""

    video: Video
    standing: standing.Standing
    courses: list[Course]


@dataclass(frozen=True)
class Shelf:
    """One page of lectures; `count` is None past MOST_COUNTED."""

    wish: Wish
    lectures: list[Lecture]
    count: int | None
    has_next: bool

    @property
    def is_in_progress(self) -> bool:
        return any(lecture.standing.is_in_progress for lecture in self.lectures)

    @property
    def next_query(self) -> str:
        return self.wish.turned(1).query() if self.has_next else ""

    @property
    def previous_query(self) -> str:
        """The page before; from past the end, the first."""
        before = self.wish.turned(-1) if self.lectures else replace(self.wish, page=1)
        return before.query() or "?" if self.wish.page > 1 else ""


@dataclass(frozen=True)
class Figures:
    """What a course holds."""

    lecture_count: int = 0
    total_seconds: float = 0.0
    ready_count: int = 0

    @property
    def is_ready(self) -> bool:
        return self.ready_count == self.lecture_count


@dataclass(frozen=True)
class Card:
    course: Course
    figures: Figures


def read_wish(query: QueryDict) -> Wish:
    """Return what an address asks for; what makes no sense in it asks for nothing."""
    course, told, order, page = (str(query.get(name, "")) for name in ("course", "state", "order", "page"))
    return Wish(
        course_id=int(course) if _is_number(course) else None,
        told=standing.Told(told) if told in standing.Told.values else None,
        title=str(query.get("title", "")).replace("\0", "").strip()[:LONGEST_TEXT],
        order=order if order in ORDERS else NEWEST,
        page=min(max(1, int(page)), LAST_PAGE) if _is_number(page) else 1,
    )


def find_courses(user: User | AnonymousUser) -> QuerySet[Course]:
    """Return the courses of a person, by title."""
    return Course.objects.visible_to(user).only("title").order_by("title", "pk")


def make_cards(courses: Iterable[Course]) -> list[Card]:
    """Return a card for each course."""
    shown = list(courses)
    figures = _find_figures([course.pk for course in shown])
    return [Card(course, figures.get(course.pk, Figures())) for course in shown]


def fill_shelf(user: User | AnonymousUser, wish: Wish) -> Shelf:
    """Return the page of lectures a person asked for."""
    videos = _find_videos(user, wish)
    first = (wish.page - 1) * PAGE_SIZE
    rows = list(videos[first : first + PAGE_SIZE + 1])
    has_next = len(rows) > PAGE_SIZE
    # The last page tells by itself how many there are.
    is_last = bool(rows or not first) and not has_next
    count = first + len(rows) if is_last else videos.order_by()[: MOST_COUNTED + 1].count()
    return Shelf(
        wish=wish,
        lectures=_describe(user, rows[:PAGE_SIZE]),
        count=count if count <= MOST_COUNTED else None,
        has_next=has_next,
    )


def _find_videos(user: User | AnonymousUser, wish: Wish) -> VideoQuerySet:
    videos = Video.objects.visible_to(user)
    if wish.course_id:
        videos = videos.filter(Exists(LINKS.objects.filter(course=wish.course_id, video=OuterRef("pk"))))
    if wish.told:
        videos = standing.narrow(videos, wish.told)
    if wish.title:
        videos = videos.filter(title__icontains=wish.title)
    _label, columns = ORDERS[wish.order]
    return videos.order_by(*columns)


def _describe(user: User | AnonymousUser, videos: list[Video]) -> list[Lecture]:
    pks = [video.pk for video in videos]
    standings = standing.find(pks)
    courses_of = defaultdict(list)
    links = LINKS.objects.filter(video__in=pks, course__in=Course.objects.visible_to(user))
    for link in links.select_related("course").order_by("course__title"):
        courses_of[link.video_id].append(link.course)
    return [Lecture(video, standings[video.pk], courses_of[video.pk]) for video in videos]


def _find_figures(course_pks: list[int]) -> dict[int, Figures]:
    """Return the figures of courses, those of long ones as they were a moment ago."""
    key_of = {pk: f"course-figures-{pk}" for pk in course_pks}
    kept = cache.get_many(key_of.values())
    added = _add_up([pk for pk, key in key_of.items() if key not in kept])
    long = {key_of[pk]: astuple(each) for pk, each in added.items() if each.lecture_count >= LONG_COURSE}
    if long:
        cache.set_many(long, FIGURES_SECONDS)
    return {pk: Figures(*kept[key]) for pk, key in key_of.items() if key in kept} | added


def _add_up(course_pks: list[int]) -> dict[int, Figures]:
    if not course_pks:
        return {}
    retained = LINKS.objects.filter(course__in=course_pks, video__is_withdrawn=False)
    is_ready = Exists(Transcription.objects.preferred().filter(video=OuterRef("video")))
    rows = (
        retained.annotate(is_ready=is_ready)
        .values("course_id")
        .annotate(
            lecture_count=Count("pk"),
            total_seconds=Sum("video__duration_seconds", default=0.0),
            ready_count=Count("pk", filter=Q(is_ready=True)),
        )
    )
    return {
        row["course_id"]: Figures(row["lecture_count"], row["total_seconds"], row["ready_count"]) for row in rows
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18

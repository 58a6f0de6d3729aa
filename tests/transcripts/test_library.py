from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict

from ingestion.models import CourseAccess
from tests.transcripts import factories, pages
from transcripts import library
from transcripts.library import Wish
from transcripts.models import State
from transcripts.standing import Told

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return pages.make_person()


def titles(shelf):
    return [lecture.video.title for lecture in shelf.lectures]


@pytest.mark.parametrize(
    ("query", "wish"),
    [
        ("", Wish()),
        ("course=3&state=ready&title=+grain+&order=views&page=2", Wish(3, Told.READY, "grain", "views", 2)),
        ("course=x&state=odd&order=odd&page=-1", Wish()),
        ("course=99999999999999999999&page=99999999999999999999", Wish()),
        ("page=99999999", Wish(page=library.LAST_PAGE)),
        ("course=%C2%B2&page=%D9%A3", Wish()),
        ("title=a%00b", Wish(title="ab")),
    ],
)
def test_nonsense_in_the_address_asks_for_nothing(query, wish):
    assert library.read_wish(QueryDict(query)) == wish


def test_the_address_asks_for_the_same_again():
    wish = Wish(3, Told.READY, "grain & more", "views", 2)
    assert library.read_wish(QueryDict(wish.query().removeprefix("?"))) == wish
    assert Wish().query() == ""


@pytest.mark.parametrize(
    ("order", "first"),
    [("newest", "New"), ("views", "Seen"), ("longest", "Long"), ("title", "A to Z")],
)
def test_each_order_puts_its_own_first_and_the_unknown_last(order, first, sam):
    course = pages.make_course(members=[sam])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    pages.make_lecture(course, "1", title="Unknown")
    pages.make_lecture(course, "2", title="New", published_at=day.replace(month=2))
    pages.make_lecture(course, "3", title="Seen", view_count=5, published_at=day)
    pages.make_lecture(course, "4", title="Long", duration_seconds=9.0, published_at=day)
    pages.make_lecture(course, "5", title="A to Z", view_count=1, duration_seconds=1.0, published_at=day)
    found = titles(library.fill_shelf(sam, Wish(order=order)))
    assert found[0] == first
    assert found[-1] == "Unknown"


@pytest.mark.parametrize(
    ("order", "index"),
    [
        ("newest", "video_newest"),
        ("views", "video_most_viewed"),
        ("longest", "video_longest"),
        ("title", "video_by_title"),
    ],
)
def test_each_order_is_that_of_an_index(order, index):
    rows = library._find_videos(User.objects.create_superuser("olga"), library.Wish(order=order))
    with connection.cursor() as cursor:
        # Of a table this short PostgreSQL would read and sort all.
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off")
    assert f"Index Scan using {index} " in rows[:25].explain()


def test_filters_narrow_together(sam):
    course, other = (pages.make_course(title, members=[sam]) for title in ("One", "Two"))
    pages.make_heard(pages.make_lecture(course, "1", title="Grain of facts"))
    pages.make_heard(pages.make_lecture(other, "2", title="Grain of snow"))
    pages.make_lecture(course, "3", title="Grain, not heard")
    pages.make_heard(pages.make_lecture(course, "4", title="Dimensions"))
    wish = Wish(course_id=course.pk, told=Told.READY, title="GRAIN")
    assert titles(library.fill_shelf(sam, wish)) == ["Grain of facts"]


def test_a_percent_sign_in_the_title_is_a_percent_sign(sam):
    course = pages.make_course(members=[sam])
    pages.make_lecture(course, "1", title="100 % of it")
    pages.make_lecture(course, "2", title="Half of it")
    assert titles(library.fill_shelf(sam, Wish(title="%"))) == ["100 % of it"]


def test_nobody_sees_lectures_of_courses_that_are_not_theirs(sam):
    pages.make_lecture(pages.make_course("Closed"), "1")
    pages.make_lecture(None, "2")
    pages.make_lecture(pages.make_course("Open", access=CourseAccess.OPEN), "3", title="For all")
    assert titles(library.fill_shelf(sam, Wish())) == ["For all"]
    assert titles(library.fill_shelf(pages.make_operator(), Wish(order="title"))) == [
        "A lecture",
        "A lecture",
        "For all",
    ]


def test_a_lecture_names_only_the_courses_its_reader_sees(sam):
    video = pages.make_lecture(pages.make_course("Mine", members=[sam]))
    pages.make_course("Closed").videos.add(video)
    (lecture,) = library.fill_shelf(sam, Wish()).lectures
    assert [course.title for course in lecture.courses] == ["Mine"]


def test_a_removed_lecture_is_gone(sam):
    video = pages.make_lecture(pages.make_course(members=[sam]))
    factories.remove(video)
    assert library.fill_shelf(sam, Wish()).lectures == []


def test_pages_hold_24_and_know_their_neighbours(sam):
    course = pages.make_course(members=[sam])
    for number in range(50):
        pages.make_lecture(course, f"video-{number}")
    shelves = [library.fill_shelf(sam, Wish(page=page)) for page in (1, 2, 3, 4)]
    assert [len(shelf.lectures) for shelf in shelves] == [24, 24, 2, 0]
    assert [shelf.next_query for shelf in shelves] == ["?page=2", "?page=3", "", ""]
    assert [shelf.previous_query for shelf in shelves] == ["", "?", "?page=2", "?"]
    seen = [lecture.video.pk for shelf in shelves for lecture in shelf.lectures]
    assert len(set(seen)) == 50


def test_a_long_list_is_not_counted_to_its_end(sam, monkeypatch):
    monkeypatch.setattr(library, "MOST_COUNTED", 2)
    course = pages.make_course(members=[sam])
    for number in range(2):
        pages.make_lecture(course, f"video-{number}")
    assert library.fill_shelf(sam, Wish()).count == 2
    pages.make_lecture(course, "one-more")
    assert library.fill_shelf(sam, Wish()).count is None


def test_a_page_costs_the_same_queries_whatever_it_holds(sam, django_assert_num_queries):
    course = pages.make_course(members=[sam])
    pages.make_heard(pages.make_lecture(course, "first"))
    with django_assert_num_queries(5):  # two of permissions, kept on the user; videos, standings, courses
        library.fill_shelf(sam, Wish())
    for number in range(23):
        pages.make_state(pages.make_lecture(course, f"video-{number}"), State.PENDING)
    with django_assert_num_queries(3):
        assert len(library.fill_shelf(sam, Wish()).lectures) == 24
    pages.make_lecture(course, "one-more")
    with django_assert_num_queries(5):  # and the audio that is lacking, and the count
        assert library.fill_shelf(sam, Wish()).count == 25


def test_it_is_in_progress_while_something_shown_is(sam):
    course = pages.make_course(members=[sam])
    pages.make_heard(pages.make_lecture(course, "1"))
    assert not library.fill_shelf(sam, Wish()).is_in_progress
    pages.make_state(pages.make_lecture(course, "2"), State.RUNNING)
    assert library.fill_shelf(sam, Wish()).is_in_progress


def test_cards_say_what_their_courses_hold(sam, django_assert_num_queries):
    course, empty = pages.make_course("One", members=[sam]), pages.make_course("Two", members=[sam])
    pages.make_heard(pages.make_lecture(course, "1", duration_seconds=60.0))
    pages.make_state(pages.make_lecture(course, "2", duration_seconds=30.0), State.PENDING)
    pages.make_lecture(course, "3")
    factories.remove(pages.make_lecture(course, "4", duration_seconds=1000.0))
    with django_assert_num_queries(1):
        cards = library.make_cards([course, empty])
    assert [(card.course, card.figures) for card in cards] == [
        (course, library.Figures(3, 90.0, 1)),
        (empty, library.Figures()),
    ]


def test_figures_of_a_long_course_are_kept_for_a_while(sam, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(library, "LONG_COURSE", 1)
    course = pages.make_course(members=[sam])
    pages.make_lecture(course, duration_seconds=60.0)
    try:
        (first,) = library.make_cards([course])
        pages.make_lecture(course, "another")
        with django_assert_num_queries(0):
            assert library.make_cards([course]) == [first]
    finally:
        cache.delete(f"course-figures-{course.pk}")

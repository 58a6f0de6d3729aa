"""Who takes part in a course: made, opened, joined and left; each of these may be done twice."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from ingestion.models import Course, CourseAccess, Membership

# Without the letters and digits that are taken for one another.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10
MOST_ATTEMPTS = 10
ATTEMPTS_SECONDS = 60


class CourseError(Exception):
    """Something asked of a course that cannot be; the message says why, in one sentence."""

    permanent = True


class TooManyAttemptsError(CourseError):
    """Codes tried faster than a person types them."""

    permanent = False


@dataclass(frozen=True)
class Extent:
    """How much there is in a course: lectures, and the hours of those whose length is known."""

    lecture_count: int
    hours: float


def measure_course(course: Course) -> Extent:
    sums = course.videos.retained().aggregate(count=Count("pk"), seconds=Sum("duration_seconds"))
    return Extent(lecture_count=sums["count"], hours=(sums["seconds"] or 0) / 3600)


def leads(*, course: Course, user: User) -> bool:
    """Tell whether a person decides who takes part in a course."""
    return Course.objects.led_by(user).filter(pk=course.pk).exists()


def find_members(*, course: Course, text: str = "") -> QuerySet[Membership]:
    """Return who is on the list of a course, by user name, where a name or address holds a text."""
    rows = Membership.objects.filter(course=course).select_related("user").order_by("user__username")
    names = ("username", "email", "first_name", "last_name")
    holds = Q(*((f"user__{name}__icontains", text) for name in names), _connector=Q.OR)
    return rows.filter(holds) if text else rows


@transaction.atomic
def create_course(*, title: str, user: User) -> Course:
    """Make a course that a person leads, or return theirs of that title.

    Raises CourseError where the title is another's: whose course it is does not show.
    """
    title = title.strip()
    if not title or len(title) > 255 or "\0" in title:
        raise CourseError(_("A course needs a title of at most 255 letters."))
    own = Course.objects.led_by(user).filter(title=title).first()
    if own is not None:
        return own
    try:
        with transaction.atomic():
            course = Course.objects.create(title=title)
    except IntegrityError:
        raise CourseError(_("There is a course of this title already: choose another.")) from None
    Membership.objects.create(course=course, user=user)
    return course


@transaction.atomic
def set_access(*, course_id: int, access: str) -> Course:
    """Say who takes part in a course. A code lives as long as its course is joined by code."""
    course = Course.objects.select_for_update().get(pk=course_id)
    if access not in CourseAccess.values:
        raise CourseError(_("A course is open, joined by code, or for those on its list."))
    course.access = access
    course.join_code = (course.join_code or make_code()) if access == CourseAccess.CODE else ""
    course.save(update_fields=["access", "join_code"])
    return course


@transaction.atomic
def renew_code(*, course_id: int) -> Course:
    """Give a course another code; who came by the old one stays."""
    course = Course.objects.select_for_update().get(pk=course_id)
    if course.access != CourseAccess.CODE:
        raise CourseError(_("Only a course that is joined by code has one."))
    course.join_code = make_code()
    course.save(update_fields=["join_code"])
    return course


def make_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _each in range(CODE_LENGTH))


def join_course(*, code: str, user: User) -> Course:
    """Make a person a member of the course of a code. Raises CourseError, alike for every wrong code."""
    _count_attempt(user)
    letters = "".join(letter for letter in code.upper() if letter in CODE_LETTERS)
    course = Course.objects.filter(access=CourseAccess.CODE, join_code=letters).first() if letters else None
    if course is None:
        raise CourseError(_("No course has this code: ask whoever gave it to you."))
    Membership.objects.get_or_create(course=course, user=user)
    return course


def add_member(*, course: Course, name: str) -> User:
    """Put an account, known by its user name or e-mail address, on the list of a course. Raises CourseError."""
    user = _find_user(name.strip())
    Membership.objects.get_or_create(course=course, user=user)
    return user


def remove_member(*, course: Course, user_id: int) -> None:
    """Take an account off the list of a course; one that is not on it changes nothing."""
    Membership.objects.filter(course=course, user=user_id).delete()


def leave_course(*, course: Course, user: User) -> None:
    remove_member(course=course, user_id=user.pk)


def _find_user(name: str) -> User:
    if not name or "\0" in name:
        raise CourseError(_("Give a user name or an e-mail address."))
    people = User.objects.filter(is_active=True)
    found = list(people.filter(username=name) or people.filter(email__iexact=name)[:2])
    if not found:
        raise CourseError(_("Nobody here has this user name or e-mail address."))
    if len(found) > 1:
        raise CourseError(_("Several accounts have this e-mail address: give the user name."))
    return found[0]


def _count_attempt(user: User) -> None:
    """Raise TooManyAttemptsError past the limit; without a cache nobody is kept out."""
    key = f"join-attempts-{user.pk}"
    cache.add(key, 0, timeout=ATTEMPTS_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:  # gone between the two
        return
    if (count or 0) > MOST_ATTEMPTS:
        raise TooManyAttemptsError(_("Too many codes at once: wait a minute and try again."))

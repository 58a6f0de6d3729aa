"""Which courses a search or a question speaks of."""

from django.contrib.auth.models import AnonymousUser, User

from ingestion.models import OPERATE, Course


class UnknownCourseError(Exception):
    """A course title that nothing here has; names those there are."""

    permanent = True


def find_course(title: str) -> Course | None:
    """Return the course of that title, None for none named."""
    if not title:
        return None
    course = Course.objects.filter(title__iexact=title).first()
    if course is None:
        known = ", ".join(repr(name) for name in Course.objects.order_by("title").values_list("title", flat=True))
        raise UnknownCourseError(f"There is no course {title!r}; there are: {known or 'none yet'}.")
    return course


def find_scope(user: User | AnonymousUser, *, course_id: int | None = None) -> list[Course] | None:
    """Return the courses in which a person may look, only the one named if one is; None is everywhere.

    A course that is not theirs leaves nothing to look in.
    """
    if course_id is None and user.has_perm(OPERATE):
        return None
    courses = Course.objects.visible_to(user)
    return list(courses if course_id is None else courses.filter(pk=course_id))

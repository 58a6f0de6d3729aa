"""Which course a command speaks of."""

from ingestion.models import Course


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

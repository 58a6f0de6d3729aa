"""Following something at a command line: begun or gone on with, and undone where nothing of it is to be had."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.following import subscriptions
from ingestion.models import Availability, Course, Subscription, Video
from ingestion.youtube import references


class ManyCoursesError(Exception):
    """Several courses follow the same: which one is meant has to be said."""

    permanent = True


@dataclass(frozen=True)
class Beginning:
    """A subscription that is to be pulled, and what of it was not there before."""

    subscription: Subscription
    is_new: bool
    is_course_new: bool

    @transaction.atomic
    def undo(self) -> None:
        """Follow it no more, and delete the course and the row of a video that were made for it alone."""
        subscriptions.unfollow(subscription_id=self.subscription.pk)
        unknown = Video.objects.filter(video_id=self.subscription.reference, described_at=None, observed_at=None)
        unknown.filter(availability=Availability.PUBLIC, listings=None, courses=None, media_files=None).delete()
        if self.is_course_new:
            unused = Course.objects.filter(pk=self.subscription.course_id, videos=None, subscriptions=None)
            unused.delete()


@transaction.atomic
def begin(*, reference: references.Reference, course_title: str, changes: Mapping[str, Any]) -> Beginning:
    """Have a course follow something, that of a title or the one that does, with changes to what is wanted of it.

    Where there is neither, a course is made and named after it. Raises ManyCoursesError and
    subscriptions.SubscriptionError.
    """
    course, is_course_new = _find_course(reference, title=course_title)
    before = subscriptions.find_known(reference).filter(course=course).first()
    wishes = subscriptions.read_wishes(before) if before else subscriptions.Wishes()
    subscription = subscriptions.follow(
        course=course,
        reference=replace(reference, value=before.reference) if before else reference,
        wishes=replace(wishes, **changes) if changes else None,
        wakes_worker=False,
    )
    return Beginning(subscription, is_new=before is None, is_course_new=is_course_new)


def _find_course(reference: references.Reference, *, title: str) -> tuple[Course, bool]:
    """Return a course, and whether it was made."""
    if title:
        return Course.objects.get_or_create(title=title[:255])
    courses = list(dict.fromkeys(each.course for each in subscriptions.find_known(reference)))
    if len(courses) > 1:
        titles = ", ".join(f"“{course}”" for course in courses)
        raise ManyCoursesError(_("Several courses follow it, %(titles)s: name one of them.") % {"titles": titles})
    if courses:
        return courses[0], False
    return Course.objects.get_or_create(title=reference.value[:255])

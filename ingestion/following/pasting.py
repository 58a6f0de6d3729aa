"""What a person pastes: looked at beforehand as far as it can be told, then followed in a course of theirs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion import courses
from ingestion.following import previews, subscriptions
from ingestion.models import Course, Subscription
from ingestion.youtube import client, errors, quota, references

# Somebody waits for it before a page.
TIMEOUT_SECONDS = 5.0
MOST_TRIES = 2


@dataclass(frozen=True)
class Look:
    """What a text names, and what it would cost to follow that; where no plan can be told, the obstacle."""

    reference: references.Reference
    plan: previews.Preview | None = None
    obstacle: str = ""
    lacks_key: bool = False
    # The courses of this person that follow it already.
    followed_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return (self.plan.title if self.plan else "") or self.reference.value


def look(
    *,
    text: str,
    wishes: subscriptions.Wishes,
    user: User | None = None,
    clock: Callable[[], datetime] = timezone.now,
) -> Look:
    """Return what a text names and would cost; nothing is followed.

    Raises references.InvalidReferenceError and subscriptions.SubscriptionError.
    """
    reference = references.parse(text)
    subscriptions.check(wishes)
    led = Course.objects.led_by(user) if user else Course.objects.none()
    own = list(subscriptions.find_known(reference).filter(course__in=led))
    look = Look(reference, followed_by=tuple(str(each.course) for each in own))
    if not client.has_key():
        return replace(look, obstacle=_("No key of YouTube's own service is set here."), lacks_key=True)
    try:
        plan = previews.preview(
            reference=reference,
            wishes=wishes,
            known=own[0] if own else None,
            clock=clock,
            timeout_seconds=TIMEOUT_SECONDS,
            most_tries=MOST_TRIES,
        )
    except (previews.PreviewError, quota.ParkedError, errors.YouTubeError) as error:
        return replace(look, obstacle=str(error))
    return replace(look, plan=plan)


@transaction.atomic
def follow(
    *,
    text: str,
    wishes: subscriptions.Wishes,
    user: User,
    course: Course | None = None,
    course_title: str = "",
) -> Subscription:
    """Have a course follow what a text names: one that is there, or a new one that the person leads.

    Raises references.InvalidReferenceError, subscriptions.SubscriptionError and courses.CourseError.
    """
    reference = references.parse(text)
    subscriptions.check(wishes)
    course = course or courses.create_course(title=course_title, user=user)
    return subscriptions.follow(course=course, reference=reference, wishes=wishes, user=user)

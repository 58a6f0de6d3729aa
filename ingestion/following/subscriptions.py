"""What a course follows: begun, changed, paused, pulled at once; each of these may be done twice."""

import re
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.following import claims, listings, pulls, wanting
from ingestion.models import Course, Enquiry, EnquiryKind, Listing, Subscription, Video
from ingestion.youtube import references

SHORTEST_CADENCE = timedelta(minutes=15)
LONGEST_CADENCE = timedelta(days=30)
LONGEST_PATTERN = 255
FIRST_DAY = date(2005, 1, 1)
# A language, and its script or country where these are said: en, pt-BR, zh-Hans, es-419.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?", re.ASCII | re.IGNORECASE)


class SubscriptionError(Exception):
    """A wish that cannot be followed; the message says why, in one sentence."""

    permanent = True


@dataclass(frozen=True)
class Wishes:
    """How often a subscription is pulled, which of its videos are wanted, and what of each."""

    every: timedelta = timedelta(days=1)
    # Which videos.
    wants_shorts: bool = True
    wants_live: bool = True
    shortest_seconds: int | None = None
    longest_seconds: int | None = None
    languages: tuple[str, ...] = ()
    title_pattern: str = ""
    published_since: date | None = None
    # What of each.
    wants_audio: bool = True
    wants_comments: bool = False


@transaction.atomic
def follow(
    *,
    course: Course,
    reference: references.Reference,
    wishes: Wishes | None = None,
    user: User | None = None,
    now: datetime | None = None,
    wakes_worker: bool = True,
) -> Subscription:
    """Have a course follow something from now on, and wake a worker. Raises SubscriptionError.

    What it follows already is changed to these wishes, if there are any, and pulled again.
    """
    check(wishes or Wishes())
    now = now or timezone.now()
    subscription, is_new = Subscription.objects.get_or_create(
        course=course,
        kind=reference.kind,
        reference=reference.value,
        defaults={
            "created_by": user,
            "created_at": now,
            "next_pull_at": now,
            **_columns(wishes or Wishes()),
        },
    )
    if not is_new and wishes is not None:
        change(subscription_id=subscription.pk, wishes=wishes, now=now)
    pull_now(subscription_id=subscription.pk, now=now, wakes_worker=wakes_worker)
    return Subscription.objects.get(pk=subscription.pk)


@transaction.atomic
def change(*, subscription_id: int, wishes: Wishes, now: datetime | None = None) -> Subscription:
    """Change what is wanted, and decide anew on what was not wanted so far. Raises SubscriptionError.

    What is in the course already stays there.
    """
    check(wishes)
    now = now or timezone.now()
    subscription = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription_id)
    for name, value in _columns(wishes).items():
        setattr(subscription, name, value)
    subscription.save(update_fields=list(_columns(wishes)))
    if wishes.wants_comments:
        listed = Video.objects.retained().filter(listings__subscription=subscription)
        listings.ask_about(list(listed), kind=EnquiryKind.COMMENTS, now=now)
    listings.decide_again(subscription, now=now)
    return subscription


def pause(*, subscription_id: int) -> None:
    """Pull it no more for now; what it has brought is still refreshed."""
    Subscription.objects.filter(pk=subscription_id).update(is_paused=True)


def resume(*, subscription_id: int, now: datetime | None = None) -> None:
    """Pull it again from now on. Raises SubscriptionError for what the course follows by another name."""
    subscription = Subscription.objects.filter(pk=subscription_id).first()
    if subscription is None:
        return
    try:
        claims.refuse_twin(subscription)
    except claims.TwinError as error:
        raise SubscriptionError(str(error)) from None
    Subscription.objects.filter(pk=subscription_id, is_paused=True).update(is_paused=False, error="")
    pull_now(subscription_id=subscription_id, now=now)


def pull_now(*, subscription_id: int, now: datetime | None = None, wakes_worker: bool = True) -> None:
    """Let it be due, unless it is being pulled or paused, and wake a worker."""
    idle = Subscription.objects.filter(pk=subscription_id, is_paused=False, lease_expires_at=None)
    if idle.update(next_pull_at=now or timezone.now()) and wakes_worker:
        pulls.publish(subscription_id)


@transaction.atomic
def unfollow(*, subscription_id: int) -> None:
    """Follow it no more: its videos stay where they are, and YouTube is asked about them no more."""
    listed = list(Listing.objects.filter(subscription=subscription_id).values_list("video_id", flat=True))
    Subscription.objects.filter(pk=subscription_id).delete()
    followed = Listing.objects.filter(video=OuterRef("video"))
    Enquiry.objects.filter(video__in=listed).exclude(Exists(followed)).delete()


def make_draft(wishes: Wishes) -> Subscription:
    """Return a subscription that nobody follows, to judge by."""
    return Subscription(**_columns(wishes))


def read_wishes(subscription: Subscription) -> Wishes:
    """Return what is wanted of a subscription."""
    columns = {each.name: getattr(subscription, each.name) for each in fields(Wishes)}
    return Wishes(**columns | {"languages": tuple(subscription.languages)})


def find_known(reference: references.Reference) -> QuerySet[Subscription]:
    """Return what is followed of the same, by this name or another that led to this id."""
    named = Q(reference=reference.value) | Q(external_id=reference.value)
    return Subscription.objects.filter(named, kind=reference.kind).select_related("course").order_by("pk")


def name_course(subscription: Subscription) -> None:
    """Give a course that was named after what it follows the title that this turned out to have."""
    title = subscription.title[:255]
    unnamed = Course.objects.filter(pk=subscription.course_id, title=subscription.reference)
    if title and not Course.objects.filter(title=title).exists():
        unnamed.update(title=title)


def _columns(wishes: Wishes) -> dict[str, object]:
    columns = {each.name: getattr(wishes, each.name) for each in fields(wishes)}
    return columns | {"languages": list(wishes.languages)}


def check(wishes: Wishes) -> None:
    """Raise SubscriptionError for wishes that cannot be followed."""
    if not SHORTEST_CADENCE <= wishes.every <= LONGEST_CADENCE:
        raise SubscriptionError(_("A subscription is pulled every 15 minutes at the most, and once in 30 days."))
    shortest, longest = wishes.shortest_seconds, wishes.longest_seconds
    if shortest is not None and longest is not None and shortest > longest:
        raise SubscriptionError(_("The shortest length wanted is longer than the longest."))
    if len(wishes.title_pattern) > LONGEST_PATTERN or "\0" in wishes.title_pattern:
        raise SubscriptionError(_("A title pattern has at most 255 letters."))
    if not all(LANGUAGE.fullmatch(language) for language in wishes.languages):
        raise SubscriptionError(_("A language is written as in en or pt-BR."))
    since = wishes.published_since
    if since is not None and not FIRST_DAY <= since <= timezone.now().date():
        raise SubscriptionError(_("The first day wanted is one since 2005, when YouTube began, and not to come."))
    if wishes.title_pattern:
        try:
            wanting.check_pattern(wishes.title_pattern)
        except wanting.InvalidPatternError as error:
            raise SubscriptionError(str(error)) from None

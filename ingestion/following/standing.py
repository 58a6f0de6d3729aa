"""How each subscription stands, as those are told who decide on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Count, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ingestion.following import pulls
from ingestion.models import Course, IngestionRun, Listing, RunState, Subscription
from ingestion.youtube import quota


class Health(models.TextChoices):
    """What a subscription does at a moment."""

    PAUSED = "paused", _("paused")
    PULLING = "pulling", _("being pulled")
    PARKED = "parked", _("waits for units")
    FAILING = "failing", _("the last pull failed")
    NEW = "new", _("waits for its first pull")
    FOLLOWED = "followed", _("followed")


TONES = {
    Health.FOLLOWED: "good",
    Health.PULLING: "wait",
    Health.PARKED: "wait",
    Health.NEW: "wait",
    Health.FAILING: "bad",
}


@dataclass(frozen=True)
class Followed:
    """A subscription with where it stands; `pulled_at` is when its last pull came to its end."""

    subscription: Subscription
    health: Health
    pulled_at: datetime | None
    listed_count: int
    wanted_count: int

    @property
    def tone(self) -> str:
        return TONES.get(self.health, "")

    @property
    def url(self) -> str:
        return pulls.subscription_url(self.subscription)

    @property
    def next_pull_at(self) -> datetime | None:
        return None if self.subscription.is_paused else self.subscription.next_pull_at


def find_led(user: User | AnonymousUser) -> QuerySet[Subscription]:
    """Return the subscriptions of the courses that a person leads."""
    return Subscription.objects.filter(course__in=Course.objects.led_by(user))


def describe(rows: Iterable[Subscription], *, at: datetime) -> list[Followed]:
    """Return how subscriptions stand, in one query."""
    pks = [row.pk for row in rows]
    told = {row.pk: row for row in _measure(Subscription.objects.filter(pk__in=pks))}
    return [_judge(told[pk], at=at) for pk in pks if pk in told]


def find_state(subscription: Subscription, *, is_new: bool, at: datetime) -> Health:
    """Return what a subscription does."""
    if subscription.is_paused:
        return Health.PAUSED
    lease = subscription.lease_expires_at
    if lease is not None and lease > at:
        return Health.PULLING
    if subscription.error:
        # One that waits for units waits to the moment of their reset.
        return Health.PARKED if subscription.next_pull_at == quota.reset_after(at) else Health.FAILING
    return Health.NEW if is_new else Health.FOLLOWED


def _measure(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    mine = Listing.objects.filter(subscription=OuterRef("pk")).order_by().values("subscription")
    ended = IngestionRun.objects.filter(subscription=OuterRef("pk"), state=RunState.DONE).order_by()
    pulled_at = ended.values("subscription").annotate(at=Max("finished_at")).values("at")
    count = {"output_field": IntegerField()}
    listed = mine.annotate(count=Count("pk")).values("count")
    wanted = mine.annotate(count=Count("pk", filter=Q(is_wanted=True))).values("count")
    return rows.annotate(
        pulled_at=Subquery(pulled_at),
        listed_count=Coalesce(Subquery(listed, **count), 0),
        wanted_count=Coalesce(Subquery(wanted, **count), 0),
    )


def _judge(row: Subscription, *, at: datetime) -> Followed:
    pulled_at: datetime | None = getattr(row, "pulled_at", None)
    return Followed(
        subscription=row,
        health=find_state(row, is_new=pulled_at is None, at=at),
        pulled_at=pulled_at,
        listed_count=getattr(row, "listed_count", 0),
        wanted_count=getattr(row, "wanted_count", 0),
    )

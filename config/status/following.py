"""What following costs, what it waits for, and which audio and objects are still to come."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from config import conditions
from ingestion.models import AudioFetch, FetchReason, FetchState, ObjectEvent, Subscription

MOST_COUNTED = 1000


@dataclass(frozen=True)
class Quota:
    """A bucket of units on one Pacific day."""

    bucket: str
    label: str
    limit: int
    spent_count: int
    left_count: int
    resets_at: datetime
    is_spent: bool


@dataclass(frozen=True)
class Subscriptions:
    """How many subscriptions stand where."""

    all_count: int
    due_count: int
    failing_count: int
    parked_count: int
    paused_count: int


@dataclass(frozen=True)
class Fetches:
    """Audio that was not had, by the reason; the next attempt is the earliest, None where it was given up."""

    state: str
    reason: str
    label: str
    count: int
    next_attempt_at: datetime | None


def list_quotas(*, at: datetime) -> list[Quota]:
    """Return how every bucket stands."""
    return [
        Quota(
            bucket=standing.bucket.value,
            label=str(standing.bucket.label),
            limit=standing.limit,
            spent_count=standing.spent,
            left_count=standing.left,
            resets_at=standing.resets_at,
            is_spent=conditions.is_spent(standing),
        )
        for standing in conditions.stand_all(at=at)
    ]


def count_subscriptions(*, at: datetime) -> Subscriptions:
    """Return how the subscriptions stand; one that waits for units is parked, and does not fail."""
    is_parked = conditions.is_parked(at=at)
    is_free = Q(lease_expires_at=None) | Q(lease_expires_at__lt=at)
    active = Q(is_paused=False)
    counts = Subscription.objects.aggregate(
        all_count=Count("pk"),
        due_count=Count("pk", filter=active & is_free & Q(next_pull_at__lte=at)),
        failing_count=Count("pk", filter=active & ~Q(error="") & ~is_parked),
        parked_count=Count("pk", filter=active & is_parked),
        paused_count=Count("pk", filter=Q(is_paused=True)),
    )
    return Subscriptions(**counts)


def list_fetches() -> list[Fetches]:
    """Return the audio that is still to be had, the most frequent reason first."""
    rows = AudioFetch.objects.exclude(state=FetchState.DONE).order_by()
    counts = rows.values_list("state", "reason").annotate(count=Count("pk"), next_at=Min("next_attempt_at"))
    return [
        Fetches(state, reason, _label(state, reason), count, next_at if state == FetchState.PENDING else None)
        for state, reason, count, next_at in counts.order_by("-count", "state", "reason")
    ]


def count_open_events() -> int:
    """Return how many objects were told of and are not handled, up to MOST_COUNTED and one."""
    return ObjectEvent.objects.filter(handled_at=None)[: MOST_COUNTED + 1].count()


def _label(state: str, reason: str) -> str:
    told = str(FetchState(state).label)
    return _("%(state)s: %(reason)s") % {"state": told, "reason": FetchReason(reason).label} if reason else told

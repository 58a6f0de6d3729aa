"""What goes wrong beyond one piece of work, and lasts: looked for by the status page and by alerts alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ingestion.lake import lake
from ingestion.models import (
    ApiCall,
    AudioFetch,
    Bucket,
    ContractDrift,
    Course,
    FetchReason,
    FetchState,
    IngestionRun,
    RawObservation,
    RunState,
    Subscription,
)
from ingestion.youtube import errors, quota

# A course that has not been pulled for so many of its own cadences is stale.
STALE_CADENCES = 3
# Of the lake only the newest objects are looked for. A bucket may hang for minutes, and no page waits for it.
OBJECTS_SAMPLED = 3
LOST_NAME = "lost objects"
LOST_SECONDS = 6 * 60 * 60


@dataclass(frozen=True)
class Condition:
    """Something that lasts: its kind, what it is about, and one sentence for a person."""

    kind: str
    subject: str
    text: str


def find(*, at: datetime) -> list[Condition]:
    """Return everything that lasts at a moment."""
    return [*_find_key(), *_find_spent(at), *_find_cookies(), *_find_drifts(), *_find_stale(at), *_find_lost()]


def is_key_refused() -> bool:
    """Tell whether YouTube refused the key when it was last asked."""
    newest = (
        ApiCall.objects.filter(finished_at__isnull=False).order_by("-pk").values_list("error", flat=True).first()
    )
    reason = (newest or "").partition(":")[0]
    return reason in errors.KEY_REFUSED or reason == "HTTP 401"


def stand_all(*, at: datetime) -> list[quota.Standing]:
    """Return how every bucket of units stands."""
    return [quota.stand(bucket, now=at) for bucket in Bucket]


def is_spent(standing: quota.Standing) -> bool:
    """Tell whether a bucket that something may be spent of holds nothing any more."""
    return standing.is_refused or (standing.limit > 0 and standing.left == 0)


def find_without_cookies() -> QuerySet[AudioFetch]:
    """Return the audio that waits for new cookies."""
    return AudioFetch.objects.filter(state=FetchState.PENDING, reason=FetchReason.COOKIES_EXPIRED)


def is_parked(*, at: datetime) -> Q:
    """Return what tells subscriptions that wait for units from those that fail."""
    return ~Q(error="") & Q(next_pull_at=quota.reset_after(at))


def find_failing(*, at: datetime) -> QuerySet[Subscription]:
    """Return the subscriptions whose last pull failed."""
    return Subscription.objects.filter(~Q(error=""), ~is_parked(at=at), is_paused=False)


def find_stale(*, at: datetime) -> QuerySet[Course]:
    """Return the courses with something that was not pulled well for three of its cadences."""
    longest = F("every") * STALE_CADENCES
    pulled = IngestionRun.objects.filter(
        subscription=OuterRef("pk"),
        state=RunState.DONE,
        error="",
        finished_at__gt=at - OuterRef("every") * STALE_CADENCES,
    )
    # One that goes on after a pause is given the time of a pull.
    is_stuck = ~Q(error="") | Q(next_pull_at__lt=at - F("every"))
    rows = Subscription.objects.filter(is_stuck, is_paused=False, created_at__lt=at - longest)
    stale = rows.exclude(Exists(pulled)).filter(course=OuterRef("pk"))
    return Course.objects.filter(Exists(stale))


def count_lost_objects() -> int:
    """Return how many of the newest objects the lake lacked when it was last looked into; 0 where it was not."""
    count: int = cache.get(LOST_NAME, 0)
    return count


def look_into_lake() -> None:
    """Note how many of the newest objects the lake lacks; none where it does not answer."""
    try:
        count = sum(lake().find_object(key) is None for key in _list_newest_keys())
    except OSError:
        count = 0
    cache.set(LOST_NAME, count, LOST_SECONDS)


def _list_newest_keys() -> list[str]:
    """Return the newest objects' keys, each found past all sightings of the ones before it."""
    keys: list[str] = []
    for _place in range(OBJECTS_SAMPLED):
        older = RawObservation.objects.exclude(lake_key__in=keys).order_by("-pk")
        keys += older.values_list("lake_key", flat=True)[:1]
    return keys


def _find_key() -> Iterator[Condition]:
    if is_key_refused():
        yield Condition("key", "", _("YouTube refuses the key: set another YOUTUBE_API_KEY."))


def _find_spent(at: datetime) -> Iterator[Condition]:
    for standing in stand_all(at=at):
        if is_spent(standing):
            told = {"bucket": standing.bucket.label, "time": f"{standing.resets_at:%F %H:%M}"}
            text = _("The YouTube units of today are spent (%(bucket)s); more come at %(time)s UTC.") % told
            yield Condition("quota", standing.bucket.value, text)


def _find_cookies() -> Iterator[Condition]:
    if find_without_cookies().exists():
        yield Condition(
            "cookies", "", _("The cookies of yt-dlp have expired: no audio is fetched before new ones.")
        )


def _find_drifts() -> Iterator[Condition]:
    open_rows = ContractDrift.objects.filter(accepted_at=None).order_by("contract")
    for contract, count in open_rows.values_list("contract").annotate(count=Count("pk")):
        text = ngettext(
            "%(count)s field of %(contract)s came or went.",
            "%(count)s fields of %(contract)s came or went.",
            count,
        )
        yield Condition("drift", contract, text % {"count": count, "contract": contract})


def _find_stale(at: datetime) -> Iterator[Condition]:
    for course in find_stale(at=at).order_by("pk").only("title"):
        text = _("What “%(title)s” follows was not pulled well for three times as long as it should be.")
        yield Condition("stale", str(course.pk), text % {"title": course.title})


def _find_lost() -> Iterator[Condition]:
    if count_lost_objects():
        yield Condition("lake", "", _("The lake lacks objects that the database knows: see where LAKE_URL leads."))

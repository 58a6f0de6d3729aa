"""Which call comes first, and how many units it must leave for those that come before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from operator import attrgetter
from typing import Any

from django.db import connection

from ingestion.models import Bucket, Enquiry, EnquiryKind
from ingestion.sources import data_api
from ingestion.youtube import quota

VIDEOS_A_CALL = 50
# So many calls' worth is taken at once: some are on their way while those before them land.
MOST_CALLS = 4 * data_api.MOST_TOGETHER

YOUNG = timedelta(hours=48)
YOUNG_EVERY = timedelta(minutes=5)
STATISTICS_EVERY = timedelta(days=1)
COMMENTS_EVERY = timedelta(days=7)
# YouTube's terms: what is not refreshed within 30 days is deleted.
DETAILS_EVERY = timedelta(days=25)
BROADCAST_EVERY = timedelta(hours=3)
# A video that a reply about it leaves out is asked for again, each time after twice as long.
ABSENT_AGAIN = timedelta(days=1)
ABSENT_AT_LAST = timedelta(days=25)


class Priority(IntEnum):
    """What units are spent on, the most valuable first."""

    LISTING = 0
    NEW_DETAILS = 1
    YOUNG_STATISTICS = 2
    REFRESH = 3
    STATISTICS = 4
    COMMENTS = 5


KINDS = {
    Priority.NEW_DETAILS: EnquiryKind.DETAILS,
    Priority.YOUNG_STATISTICS: EnquiryKind.STATISTICS,
    Priority.REFRESH: EnquiryKind.DETAILS,
    Priority.STATISTICS: EnquiryKind.STATISTICS,
    Priority.COMMENTS: EnquiryKind.COMMENTS,
}
# Which of a kind's enquiries are meant, where not all are.
CONDITIONS = {
    Priority.NEW_DETAILS: "enquiry.asked_at is null",
    Priority.YOUNG_STATISTICS: "video.published_at > %(young_since)s",
    Priority.REFRESH: "enquiry.asked_at is not null",
}
FIND = """
select enquiry.id, video.id, video.video_id, video.published_at, enquiry.due_at
from ingestion_enquiry enquiry
inner join ingestion_video video on video.id = enquiry.video_id
where
    enquiry.kind = %(kind)s and enquiry.due_at <= %(now)s and video.availability <> 'removed' and {condition}
order by enquiry.due_at, enquiry.id
limit %(size)s
"""
# The share of a day's units that each leaves to those before it, so that none of these is ever starved.
KEPT_PERCENT = {
    Priority.LISTING: 0,
    Priority.NEW_DETAILS: 5,
    Priority.YOUNG_STATISTICS: 10,
    Priority.REFRESH: 15,
    Priority.STATISTICS: 30,
    Priority.COMMENTS: 40,
}


# A call costs a unit, full or not: for so long it waits to be full.
PATIENCE = {
    Priority.NEW_DETAILS: timedelta(minutes=1),
    Priority.REFRESH: timedelta(hours=1),
    Priority.STATISTICS: timedelta(minutes=10),
}


@dataclass(frozen=True)
class Asked:
    """One enquiry of a batch, with what is known of its video."""

    enquiry_pk: int
    video_pk: int
    video_id: str
    published_at: datetime | None


@dataclass(frozen=True)
class Batch:
    """Enquiries of one kind."""

    priority: Priority
    kind: EnquiryKind
    asked: tuple[Asked, ...]

    def split(self) -> "list[Batch]":
        """Return what one call each asks, by id: the same videos are the same question."""
        firsts = range(0, len(self.asked), VIDEOS_A_CALL)
        by_id = attrgetter("video_id")
        parts = (sorted(self.asked[first : first + VIDEOS_A_CALL], key=by_id) for first in firsts)
        return [replace(self, asked=tuple(part)) for part in parts]

    @property
    def enquiry_pks(self) -> list[int]:
        return [each.enquiry_pk for each in self.asked]

    @property
    def video_ids(self) -> list[str]:
        return [each.video_id for each in self.asked]


def join(batches: Sequence[Batch]) -> Batch:
    """Return what was split as one."""
    return replace(batches[0], asked=tuple(asked for batch in batches for asked in batch.asked))


def units_kept(priority: Priority, *, bucket: Bucket) -> int:
    """Return how many units a call leaves to those more valuable."""
    return quota.find_limit(bucket) * KEPT_PERCENT[priority] // 100


def find_parked(*, now: datetime) -> set[Priority]:
    """Return what there are no units for before the reset."""
    left = {bucket: quota.stand(bucket, now=now).left for bucket in (Bucket.GENERAL, Bucket.STATISTICS)}
    is_for_statistics = {Priority.YOUNG_STATISTICS, Priority.STATISTICS}
    buckets = {each: Bucket.STATISTICS if each in is_for_statistics else Bucket.GENERAL for each in Priority}
    return {each for each, bucket in buckets.items() if left[bucket] <= units_kept(each, bucket=bucket)}


def find_batch(*, now: datetime, but_not: Iterable[Priority] = (), is_patient: bool = True) -> Batch | None:
    """Return what is most valuable to ask now; None where nothing is due.

    A call that is not full waits a little for more, unless nobody else is expected.
    """
    for priority in Priority:
        if priority not in KINDS or priority in but_not:
            continue
        batch = _find(priority, now=now, is_patient=is_patient)
        if batch is not None:
            return batch
    return None


def _find(priority: Priority, *, now: datetime, is_patient: bool) -> Batch | None:
    full, size = (1, 1) if priority == Priority.COMMENTS else (VIDEOS_A_CALL, VIDEOS_A_CALL * MOST_CALLS)
    patience = PATIENCE.get(priority, timedelta(0)) if is_patient else timedelta(0)
    values: dict[str, Any] = {
        "kind": KINDS[priority].value,
        "now": now,
        "size": size,
        "young_since": now - YOUNG,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND.format(condition=CONDITIONS.get(priority, "true")), values)
        rows = cursor.fetchall()
    is_late = bool(rows) and rows[0][-1] <= now - patience
    count = len(rows) if is_late else len(rows) - len(rows) % full
    asked = tuple(Asked(*row[:-1]) for row in rows[:count])
    return Batch(priority=priority, kind=KINDS[priority], asked=asked) if asked else None


def young_interval(*, now: datetime) -> timedelta:
    """Return how long to wait between two looks at a young video, so that the units last until the reset."""
    count = Enquiry.objects.filter(kind=EnquiryKind.STATISTICS, video__published_at__gt=now - YOUNG).count()
    standing = quota.stand(Bucket.STATISTICS, now=now)
    left = standing.left - units_kept(Priority.YOUNG_STATISTICS, bucket=Bucket.STATISTICS)
    call_count = -(-count // VIDEOS_A_CALL)
    if left <= 0:
        return max(YOUNG_EVERY, standing.resets_at - now)
    return max(YOUNG_EVERY, (standing.resets_at - now) * (call_count / left))


def absent_interval(attempt_count: int) -> timedelta:
    """Return how long until a video that was absent so often is asked for again."""
    return min(ABSENT_AT_LAST, ABSENT_AGAIN * (1 << min(attempt_count, 10)))

"""The ledger of units: one row a call, committed before the call is made, counted by bucket and Pacific day.

https://developers.google.com/youtube/v3/determine_quota_cost
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from ingestion import locks
from ingestion.models import ApiCall, Bucket, IngestionRun
from ingestion.youtube import client, errors

PACIFIC = ZoneInfo("America/Los_Angeles")
BUCKETS = {"search.list": Bucket.SEARCH, client.STATISTICS: Bucket.STATISTICS}
UNITS = {"captions.list": 50}
# How the row of a call begins that YouTube refused for want of units.
SPENT = "quotaExceeded"
LONGEST_ERROR = 500
# Twice as long as the longest time between two pulls.
KEPT_FOR = timedelta(days=60)

# Flushed with what lands: a database server that falls may forget calls made and paid, never one that has landed.
QUEUE = "select pg_advisory_xact_lock(%s), set_config('synchronous_commit', 'off', true)"
# One statement finds what is spent and spends: there may be thousands a day.
RESERVE = """
insert into ingestion_apicall (
    run_id, bucket, quota_date, units, method, subject, page_number, called_at,
    next_page_token, etag, is_unmodified, item_count, lake_key, error
)
select
    %(run_id)s, %(bucket)s, %(quota_date)s, %(units)s, %(method)s, asked.subject, asked.page_number, %(called_at)s,
    '', '', false, 0, '', ''
from
    unnest(%(subjects)s::text[], %(page_numbers)s::integer[]) with ordinality
    as asked (subject, page_number, number),
    (
        select
            coalesce(sum(units), 0) as spent_count,
            count(*) filter (where error like %(spent)s) as refusal_count
        from ingestion_apicall
        where bucket = %(bucket)s and quota_date = %(quota_date)s
    ) as standing
where standing.spent_count + asked.number * %(units)s <= %(most_spent)s and standing.refusal_count = 0
order by asked.number
returning id
"""
# One statement for all calls whose replies land together.
FINISH = """
update ingestion_apicall call
set
    etag = said.etag, next_page_token = said.next_page_token, item_count = said.item_count,
    is_unmodified = said.is_unmodified, lake_key = %s, finished_at = %s
from unnest(%s::bigint[], %s::text[], %s::text[], %s::integer[], %s::boolean[])
    as said (id, etag, next_page_token, item_count, is_unmodified)
where call.id = said.id
"""
FINISHED = ("pk", "etag", "next_page_token", "item_count", "is_unmodified")


class ParkedError(Exception):
    """There are no units left for this call before the reset."""

    permanent = False

    def __init__(self, bucket: Bucket, *, resets_at: datetime) -> None:
        super().__init__(
            _("The YouTube units of today are spent (%(bucket)s); more come at %(time)s UTC.")
            % {"bucket": bucket.label, "time": f"{resets_at:%F %H:%M}"}
        )
        self.bucket, self.resets_at = bucket, resets_at


@dataclass(frozen=True)
class Standing:
    """How a bucket stands on one Pacific day; `limit` is what Lectern may spend of it."""

    bucket: Bucket
    limit: int
    spent: int
    resets_at: datetime
    is_refused: bool = False

    @property
    def left(self) -> int:
        """Return the units that may still be spent; none once YouTube has refused one."""
        return 0 if self.is_refused else max(0, self.limit - self.spent)


def day_at(moment: datetime) -> date:
    """Return the day that counts for the quota."""
    return moment.astimezone(PACIFIC).date()


def reset_after(moment: datetime) -> datetime:
    """Return when the buckets are filled again: the next midnight there, 23 to 25 hours after the last."""
    next_day = day_at(moment) + timedelta(days=1)
    return datetime.combine(next_day, time(), tzinfo=PACIFIC).astimezone(UTC)


def bucket_of(method: str) -> Bucket:
    return BUCKETS.get(method, Bucket.GENERAL)


def park(method: str, *, now: datetime) -> ParkedError:
    """Return the error of a call there are no units for."""
    return ParkedError(bucket_of(method), resets_at=reset_after(now))


def find_limit(bucket: Bucket) -> int:
    """Return what Lectern may spend of a bucket a day."""
    return int(settings.YOUTUBE_DAILY_UNITS[bucket] * settings.YOUTUBE_SPEND_PERCENT // 100)


def stand(bucket: Bucket, *, now: datetime) -> Standing:
    """Return how a bucket stands."""
    spent = ApiCall.objects.filter(bucket=bucket, quota_date=day_at(now)).aggregate(
        units=Sum("units", default=0), refusals=Count("pk", filter=Q(error__startswith=SPENT))
    )
    return Standing(
        bucket=bucket,
        limit=find_limit(bucket),
        spent=spent["units"],
        resets_at=reset_after(now),
        is_refused=spent["refusals"] > 0,
    )


def reserve(question: client.Question, *, run: IngestionRun, now: datetime, keep: int = 0) -> ApiCall:
    """Commit the row of a call about to be made, where that leaves `keep` units. Raises ParkedError."""
    calls = reserve_all([question], run=run, now=now, keep=keep)
    if not calls:
        raise park(question.method, now=now)
    return calls[0]


def reserve_all(
    questions: Sequence[client.Question], *, run: IngestionRun, now: datetime, keep: int = 0
) -> list[ApiCall]:
    """Commit the rows of calls of one method about to be made; of as many of the first as there are units for."""
    method = questions[0].method
    bucket, units = bucket_of(method), UNITS.get(method, 1)
    known: dict[str, Any] = {
        "run_id": run.pk,
        "bucket": bucket.value,
        "quota_date": day_at(now),
        "units": units,
        "method": method,
        "called_at": now,
    }
    places = [{"subject": each.subject[:255], "page_number": each.page_number} for each in questions]
    values = {
        "subjects": [place["subject"] for place in places],
        "page_numbers": [place["page_number"] for place in places],
        "most_spent": find_limit(bucket) - keep,
        "spent": f"{SPENT}%",
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # A statement of its own: the next one sees what those before it in the queue have spent.
        cursor.execute(QUEUE, [locks.key_of(f"youtube units {bucket}")])
        cursor.execute(RESERVE, known | values)
        pks = sorted(pk for (pk,) in cursor.fetchall())
    return [ApiCall(pk=pk, **known, **place) for pk, place in zip(pks, places, strict=False)]


def give_back(calls: Iterable[ApiCall]) -> None:
    """Forget calls that have not been made after all."""
    ApiCall.objects.filter(pk__in=[call.pk for call in calls]).delete()


def forget_old(*, now: datetime) -> int:
    """Delete the rows of calls that no pull goes on from any more; return how many."""
    old = ApiCall.objects.filter(called_at__lt=now - KEPT_FOR)
    return old.delete()[0]


def fail(call: ApiCall, *, error: errors.YouTubeError, now: datetime) -> None:
    """Note the error a call ended with; one for want of units closes its bucket until the reset.

    One that has not reached YouTube costs nothing.
    """
    reason = f"{SPENT}: {error}" if isinstance(error, errors.QuotaExceededError) else str(error)
    call.error, call.finished_at = reason[:LONGEST_ERROR], now
    call.units = 0 if isinstance(error, errors.UnreachableError) else call.units
    call.save(update_fields=["error", "finished_at", "units"])


def finish(calls: Sequence[ApiCall], *, lake_key: str, now: datetime) -> None:
    """Note what calls have brought, which each of them says itself, in the transaction that lands it."""
    columns = [[getattr(call, name) for call in calls] for name in FINISHED]
    with connection.cursor() as cursor:
        cursor.execute(FINISH, [lake_key, now, *columns])

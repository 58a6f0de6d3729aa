"""What follows from an answer about videos: who wants them, who is gone, when each is asked about again."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from ingestion import arrays, sources
from ingestion.following import absences, planning, wanting
from ingestion.following.planning import Batch
from ingestion.following.wanting import Facts
from ingestion.models import Enquiry, EnquiryKind, IngestionRun

# Statistics may leave a video out for a moment: its details tell whether it is gone, asked no oftener than this.
DOUBT_EVERY = timedelta(days=1)

# One statement each for a batch: there may be two thousand of them.
FIND_UNDECIDED = """
select id, subscription_id, video_id from ingestion_listing
where video_id = any(%s::bigint[]) and is_wanted is not true
"""
SCHEDULE_DETAILS = """
update ingestion_enquiry
set asked_at = %s, due_at = %s, attempt_count = 0, error = ''
where kind = 'details' and video_id = any(%s::bigint[])
"""
# Details hold statistics: these are asked for next when they are old.
SCHEDULE_STATISTICS = """
insert into ingestion_enquiry (video_id, kind, asked_at, due_at, attempt_count, error)
select unnest(%(videos)s::bigint[]), 'statistics', %(now)s, unnest(%(due)s::timestamptz[]), 0, ''
on conflict (video_id, kind) do update set
    asked_at = excluded.asked_at, due_at = excluded.due_at, attempt_count = 0, error = ''
"""


def keep_details(batch: Batch, page: sources.Page, *, now: datetime, young: timedelta) -> None:
    """Decide who wants the videos of a reply, and say when each is asked about again."""
    payloads = {record.video_id: record.payload for record in page.records}
    facts = {
        asked.video_pk: wanting.read_facts(payloads[asked.video_id])
        for asked in batch.asked
        if asked.video_id in payloads
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND_UNDECIDED, [arrays.write_numbers(facts)])
        undecided = cursor.fetchall()
    wanting.decide_listings(undecided, facts=facts, now=now)
    _schedule_details(batch, told=told_ids(page), facts=facts, now=now)
    due = [now + _interval(known.published_at, now=now, young=young) for known in facts.values()]
    values: dict[str, Any] = {
        "videos": arrays.write_numbers(facts),
        "due": arrays.write_texts(map(str, due)),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(SCHEDULE_STATISTICS, values)
    if batch.kind == EnquiryKind.STATISTICS:
        # What the reply left out or was refused is doubted like any other, not asked for again at once.
        silent = [asked.enquiry_pk for asked in batch.asked if asked.video_pk not in facts]
        answered(silent, due_at=now + DOUBT_EVERY, now=now)


@transaction.atomic
def keep_absences(batch: Batch, page: sources.Page, *, run: IngestionRun, now: datetime) -> None:
    """Note the videos that a reply with details leaves out, and ask for them again after some time."""
    told = told_ids(page)
    absent = [asked for asked in batch.asked if asked.video_id not in told]
    if not absent:
        return
    absences.note_absent(video_ids=[asked.video_id for asked in absent], run=run, observed_at=now)
    pks = [asked.video_pk for asked in absent]
    rows = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__in=pks)
    counts = set(rows.values_list("attempt_count", flat=True))
    for count in sorted(counts, reverse=True):
        rows.filter(attempt_count=count).update(
            asked_at=now,
            due_at=now + planning.absent_interval(count),
            attempt_count=F("attempt_count") + 1,
            error=absences.REASON,
        )


def keep_statistics(batch: Batch, page: sources.Page, *, now: datetime, young: timedelta) -> None:
    """Say when the statistics are asked for again, and doubt the videos that the reply leaves out."""
    told = told_ids(page)
    due: dict[timedelta, list[int]] = defaultdict(list)
    for asked in batch.asked:
        is_told = asked.video_id in told
        wait = _interval(asked.published_at, now=now, young=young) if is_told else DOUBT_EVERY
        due[wait].append(asked.enquiry_pk)
    for wait, enquiry_pks in due.items():
        answered(enquiry_pks, due_at=now + wait, now=now)
    absent = [asked.video_pk for asked in batch.asked if asked.video_id not in told]
    if absent:
        doubted = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__in=absent)
        doubted.filter(asked_at__lt=now - DOUBT_EVERY, due_at__gt=now).update(due_at=now)


def answered(enquiry_pks: Iterable[int], *, due_at: datetime, now: datetime) -> None:
    """Note that enquiries have been answered, and when they are asked again."""
    Enquiry.objects.filter(pk__in=list(enquiry_pks)).update(asked_at=now, due_at=due_at, attempt_count=0, error="")


def told_ids(page: sources.Page) -> set[str]:
    """Return the videos a reply speaks of; one whose payload was refused is there all the same."""
    told = {record.video_id for record in page.records}
    return told | {rejection.video_id for rejection in page.rejections if rejection.video_id}


def _schedule_details(batch: Batch, *, told: set[str], facts: dict[int, Facts], now: datetime) -> None:
    """Say when details are asked for again: of a broadcast soon, as it has no length before it is over."""
    due: dict[timedelta, list[int]] = defaultdict(list)
    for asked in batch.asked:
        known = facts.get(asked.video_pk)
        is_over = known is None or not known.is_broadcast or known.duration_seconds is not None
        if asked.video_id in told:
            due[planning.DETAILS_EVERY if is_over else planning.BROADCAST_EVERY].append(asked.video_pk)
    for wait, video_pks in due.items():
        with connection.cursor() as cursor:
            # By their videos: the batch may have been one about statistics.
            cursor.execute(SCHEDULE_DETAILS, [now, now + wait, arrays.write_numbers(video_pks)])


def _interval(published_at: datetime | None, *, now: datetime, young: timedelta) -> timedelta:
    is_young = published_at is not None and published_at > now - planning.YOUNG
    return young if is_young else planning.STATISTICS_EVERY

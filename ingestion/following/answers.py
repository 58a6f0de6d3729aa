"""What follows from an answer about videos: who wants them, who is gone, when each is asked about again."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from ingestion import sources
from ingestion.following import absences, planning, wanting
from ingestion.following.planning import Batch
from ingestion.following.wanting import Facts
from ingestion.models import Enquiry, EnquiryKind, Listing

# Statistics may leave a video out for a moment: its details tell whether it is gone, asked no oftener than this.
DOUBT_EVERY = timedelta(days=1)


def keep_details(batch: Batch, page: sources.Page, *, now: datetime, young: timedelta) -> None:
    """Decide who wants the videos of a reply, and note those that it leaves out."""
    told = _told_ids(page)
    payloads = {record.video_id: record.payload for record in page.records}
    facts = {
        video.pk: wanting.read_facts(payloads[video.video_id])
        for video in batch.videos
        if video.video_id in payloads
    }
    undecided = Listing.objects.filter(Q(is_wanted=False) | Q(is_wanted=None), video__in=facts)
    wanting.decide_listings(undecided.select_related("subscription"), facts=facts, now=now)
    _schedule_details(batch, told=told, facts=facts, now=now)
    _schedule_statistics(facts, now=now, young=young)
    absences.note_absent(video_ids=[each for each in batch.video_ids if each not in told], observed_at=now)


def keep_statistics(batch: Batch, page: sources.Page, *, now: datetime, young: timedelta) -> None:
    """Say when the statistics are asked for again, and doubt the videos that the reply leaves out."""
    told = _told_ids(page)
    due: dict[datetime, list[int]] = defaultdict(list)
    for enquiry, video in zip(batch.enquiries, batch.videos, strict=True):
        is_told = video.video_id in told
        due[now + (_interval(video.published_at, now=now, young=young) if is_told else DOUBT_EVERY)].append(
            enquiry
        )
    for due_at, enquiries in due.items():
        answered(enquiries, due_at=due_at, now=now)
    absent = [video for video in batch.videos if video.video_id not in told]
    doubted = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__in=absent, asked_at__lt=now - DOUBT_EVERY)
    doubted.filter(due_at__gt=now).update(due_at=now)


def answered(enquiries: Iterable[int], *, due_at: datetime, now: datetime) -> None:
    """Note that enquiries have been answered, and when they are asked again."""
    Enquiry.objects.filter(pk__in=list(enquiries)).update(
        asked_at=now, due_at=due_at, lease_expires_at=None, attempt_count=0, error=""
    )


def _told_ids(page: sources.Page) -> set[str]:
    """Return the videos a reply speaks of; one whose payload was refused is there all the same."""
    told = {record.video_id for record in page.records}
    return told | {rejection.video_id for rejection in page.rejections if rejection.video_id}


def _schedule_details(batch: Batch, *, told: set[str], facts: dict[int, Facts], now: datetime) -> None:
    if batch.kind != EnquiryKind.DETAILS:
        rows = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, video__in=batch.videos)
        enquiries = dict(rows.values_list("video_id", "pk"))
    else:
        enquiries = {video.pk: pk for pk, video in zip(batch.enquiries, batch.videos, strict=True)}
    due: dict[timedelta, list[int]] = defaultdict(list)
    absent: list[int] = []
    for video in batch.videos:
        if video.pk not in enquiries:
            continue
        if video.video_id not in told:
            absent.append(enquiries[video.pk])
            continue
        known = facts.get(video.pk)
        # A broadcast has no length before it is over.
        is_over = known is None or not known.is_broadcast or known.duration_seconds is not None
        due[planning.DETAILS_EVERY if is_over else planning.BROADCAST_EVERY].append(enquiries[video.pk])
    for interval, pks in due.items():
        answered(pks, due_at=now + interval, now=now)
    for enquiry in Enquiry.objects.filter(pk__in=absent):
        enquiry.asked_at, enquiry.lease_expires_at, enquiry.error = now, None, absences.REASON
        enquiry.due_at = now + planning.absent_interval(enquiry.attempt_count)
        enquiry.attempt_count += 1
        enquiry.save(update_fields=["asked_at", "lease_expires_at", "error", "due_at", "attempt_count"])


def _schedule_statistics(facts: dict[int, Facts], *, now: datetime, young: timedelta) -> None:
    """Details hold statistics: these are asked for next when they are old."""
    Enquiry.objects.bulk_create(
        [
            Enquiry(
                video_id=pk,
                kind=EnquiryKind.STATISTICS,
                asked_at=now,
                due_at=now + _interval(known.published_at, now=now, young=young),
            )
            for pk, known in facts.items()
        ],
        update_conflicts=True,
        unique_fields=["video", "kind"],
        update_fields=["asked_at", "due_at", "lease_expires_at", "attempt_count", "error"],
    )


def _interval(published_at: datetime | None, *, now: datetime, young: timedelta) -> timedelta:
    is_young = published_at is not None and published_at > now - planning.YOUNG
    return young if is_young else planning.STATISTICS_EVERY

"""Taking videos out: a tombstone first, then everything that was landed about them.

Retention wins over replay: a lake object is rewritten without the purged payloads, and a tombstone lies in the
lake too. Each step finds its work by what is still there, so a removal that died goes on where it stopped; the
last one leaves the row that says it is complete.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from ingestion import anonymity, landing, locks, returning, tombstones
from ingestion import lake as lakes
from ingestion.lake import lake
from ingestion.models import (
    AudioFetch,
    Availability,
    MediaFile,
    MediaKind,
    ObjectEvent,
    Purge,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    RemovalCause,
    Video,
)

# A tombstone keeps the id, the reason and the time.
NOTHING_KNOWN = {
    "title": "",
    "duration_seconds": None,
    "view_count": None,
    "published_at": None,
    "observed_at": None,
    "described_at": None,
}
# Where others put files for Lectern to take up: see `ingestion.uploads`.
INBOX = "inbox"
# Videos of one channel share lake objects: together, each of these is rewritten once.
BATCH_SIZE = 200


class UnknownVideoError(Exception):
    """A video id that nothing here knows."""

    permanent = True


@transaction.atomic
def remove_video(
    *, video_id: str, reason: str, now: datetime, cause: RemovalCause = RemovalCause.REQUEST
) -> Video:
    """Turn a video's row into a tombstone and return it; every stage then purges what it holds.

    Raises UnknownVideoError. Removing one again keeps the first time and reason, unless a person asks now for what
    a rule has done: that lasts.
    """
    video = Video.objects.select_for_update().filter(video_id=video_id).first()
    if video is None:
        raise UnknownVideoError(f"No video {video_id} is known here.")
    is_by_rule = video.removal_cause in returning.RETURNING_CAUSES
    if video.availability != Availability.REMOVED or (is_by_rule and cause == RemovalCause.REQUEST):
        video.availability, video.removed_at = Availability.REMOVED, now
        video.removal_reason, video.removal_cause = reason, cause
        for name, value in NOTHING_KNOWN.items():
            setattr(video, name, value)
        told = ["availability", "removed_at", "removal_reason", "removal_cause"]
        video.save(update_fields=[*told, *NOTHING_KNOWN])
        video.chapters.all().delete()
        video.courses.clear()
    return video


def withdraw_removed(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Purge payloads, refusals, lake objects and media of removed videos; return how many rows went.

    One process at a time: two that rewrite one object would undo each other's purge.
    """
    with locks.hold_in_turn("removal"):
        videos = list(_find_unpurged().order_by("pk"))
        starts = range(0, len(videos), BATCH_SIZE)
        return sum(_purge(videos[start : start + BATCH_SIZE], clock=clock) for start in starts)


def _find_unpurged() -> models.QuerySet[Video]:
    """Removed videos whose purge is not complete, or of which something has come since."""
    purges = Purge.objects.filter(video_id=OuterRef("video_id"), purged_at__gte=OuterRef("removed_at"))
    left = [
        Exists(rows.filter(video_id=OuterRef("video_id")))
        for rows in (RawRecord.objects, RawRejectedRecord.objects, ObjectEvent.objects)
    ]
    media = Exists(MediaFile.objects.filter(video=OuterRef("pk")))
    return Video.objects.removed().filter(Q(~Exists(purges), media, *left, _connector=Q.OR))


def _purge(videos: list[Video], *, clock: Callable[[], datetime]) -> int:
    video_ids = [video.video_id for video in videos]
    for video in videos:
        tombstones.write(video)
    counted = {video.video_id for video in videos if _keeps_numbers(video)}
    forgotten = [anonymity.name(video_id) for video_id in video_ids if video_id not in counted]
    rows = RawRecord.objects.filter(video_id__in=video_ids) | anonymity.find_records(forgotten)
    observations = RawObservation.objects.filter(record__in=rows)
    for key in observations.values_list("lake_key", flat=True).distinct():
        _rewrite_without({*video_ids, *forgotten}, counted=counted, key=key)
    for folder in _folders_of(video_ids):
        # Rows or none: a pull that died may have left a file.
        lakes.empty(folder)
    with transaction.atomic():
        # One that has come back meanwhile keeps what has come with it.
        removed = Video.objects.removed().filter(video_id__in=video_ids).order_by("video_id")
        purges = [_delete_rows(video, now=clock()) for video in removed.select_for_update()]
        Purge.objects.bulk_create(purges)
    return sum(purge.row_count for purge in purges)


def _folders_of(video_ids: list[str]) -> set[str]:
    """Return the folders of the lake that hold files of these videos alone."""
    uploads = ObjectEvent.objects.filter(video_id__in=video_ids).values_list("key", flat=True)
    own = {f"{folder}/{video_id}" for folder in (*MediaKind.values, INBOX) for video_id in video_ids}
    return own | {key.rpartition("/")[0] for key in uploads}


def _keeps_numbers(video: Video) -> bool:
    """Tell whether a video's totals outlive it: never where a person asked for its removal."""
    return settings.KEEP_STATISTICS and video.removal_cause in returning.RETURNING_CAUSES


def _delete_rows(video: Video, *, now: datetime) -> Purge:
    """Delete everything that was landed of a video, and what was still to be asked of it."""
    if _keeps_numbers(video):
        anonymity.keep_numbers(video.video_id)
    else:
        anonymity.find_records([anonymity.name(video.video_id)]).delete()
    rejected = RawRejectedRecord.objects.filter(
        Q(video_id=video.video_id) | Q(payload__contains=f'"{video.video_id}"')
    )
    rows: list[models.QuerySet[Any]] = [
        RawRecord.objects.filter(video_id=video.video_id),
        rejected,
        video.media_files.all(),
        video.availability_changes.all(),
        video.enquiries.all(),
        video.listings.all(),
        AudioFetch.objects.filter(video=video),
        ObjectEvent.objects.filter(video_id=video.video_id),
    ]
    count = sum(each.delete()[0] for each in rows)
    purged_at = max(now, video.removed_at or now)
    return Purge(video_id=video.video_id, reason=video.removal_reason, row_count=count, purged_at=purged_at)


def _rewrite_without(names: set[str], *, counted: set[str], key: str) -> None:
    """Take videos, by their ids and other names, out of an object; of those that are counted on, totals stay."""
    if not lake().exists(key):
        return
    kept = []
    for line in lakes.read_lines(key):
        told = json.loads(line)
        if names.isdisjoint((told["video_id"], told["external_id"])):
            kept.append(line.decode().rstrip("\n"))
        elif told["video_id"] in counted and (stripped := anonymity.strip_line(told, kind=key.split("/")[2])):
            kept.append(json.dumps(stripped, ensure_ascii=False))
    if kept:
        landing.write_lines(key, kept)
    else:
        lake().delete(key)

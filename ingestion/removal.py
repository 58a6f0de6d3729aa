"""Taking videos out: a tombstone first, then everything that was landed about them.

Retention wins over replay: a lake object is rewritten without the purged payloads, and a tombstone lies in the
lake too. Each step finds its work by what is still there, so a removal that died goes on where it stopped; the
last one leaves the row that says it is complete.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from ingestion import lake as lakes
from ingestion import landing, locks, tombstones
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
def remove_video(*, video_id: str, reason: str, now: datetime) -> Video:
    """Turn a video's row into a tombstone and return it; every stage then purges what it holds.

    Raises UnknownVideoError. Removing one again keeps the first time and reason.
    """
    video = Video.objects.select_for_update().filter(video_id=video_id).first()
    if video is None:
        raise UnknownVideoError(f"No video {video_id} is known here.")
    if video.availability != Availability.REMOVED:
        video.availability, video.removed_at, video.removal_reason = Availability.REMOVED, now, reason
        for name, value in NOTHING_KNOWN.items():
            setattr(video, name, value)
        video.save(update_fields=["availability", "removed_at", "removal_reason", *NOTHING_KNOWN])
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
    observations = RawObservation.objects.filter(record__video_id__in=video_ids)
    for key in observations.values_list("lake_key", flat=True).distinct():
        _rewrite_without(set(video_ids), key=key)
    for folder in _folders_of(video_ids):
        # Rows or none: a pull that died may have left a file.
        lakes.empty(folder)
    with transaction.atomic():
        counts = [_delete_rows(video) for video in videos]
        Purge.objects.bulk_create(
            Purge(
                video_id=video.video_id,
                reason=video.removal_reason,
                row_count=count,
                purged_at=max(clock(), video.removed_at or clock()),
            )
            for video, count in zip(videos, counts, strict=True)
        )
    return sum(counts)


def _folders_of(video_ids: list[str]) -> set[str]:
    """Return the folders of the lake that hold files of these videos alone."""
    uploads = ObjectEvent.objects.filter(video_id__in=video_ids).values_list("key", flat=True)
    own = {f"{folder}/{video_id}" for folder in (*MediaKind.values, INBOX) for video_id in video_ids}
    return own | {key.rpartition("/")[0] for key in uploads}


def _delete_rows(video: Video) -> int:
    """Delete everything that was landed of a video, and what was still to be asked of it."""
    rejected = RawRejectedRecord.objects.filter(
        Q(video_id=video.video_id) | Q(payload__contains=f'"{video.video_id}"')
    )
    rows: list[models.QuerySet[Any]] = [
        RawRecord.objects.filter(video_id=video.video_id),
        rejected,
        video.media_files.all(),
        video.availability_changes.all(),
        video.enquiries.all(),
        AudioFetch.objects.filter(video=video),
        ObjectEvent.objects.filter(video_id=video.video_id),
    ]
    return sum(each.delete()[0] for each in rows)


def _rewrite_without(video_ids: set[str], *, key: str) -> None:
    if not lake().exists(key):
        return
    kept = [line for line in lakes.read_lines(key) if json.loads(line)["video_id"] not in video_ids]
    if kept:
        landing.write_lines(key, (line.decode().rstrip("\n") for line in kept))
    else:
        lake().delete(key)

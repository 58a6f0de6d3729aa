"""Taking a video out: a tombstone first, then everything that was landed about it.

Retention wins over replay: a lake object is rewritten without the purged payloads. Each step finds its work by
what is still there, so a removal that died goes on where it stopped.
"""

import gzip
import json
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from ingestion import lake as lakes
from ingestion import landing, locks
from ingestion.lake import lake
from ingestion.models import (
    Availability,
    MediaKind,
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


def withdraw_removed() -> int:
    """Purge payloads, refusals, lake objects and media of removed videos; return how many rows went.

    One process at a time: two that rewrite one object would undo each other's purge.
    """
    with locks.hold_in_turn("removal"):
        return sum(_purge(video) for video in Video.objects.removed())


def _purge(video: Video) -> int:
    records = RawRecord.objects.filter(video_id=video.video_id)
    observations = RawObservation.objects.filter(record__in=records)
    for key in observations.values_list("lake_key", flat=True).distinct():
        _rewrite_without(key, video_id=video.video_id)
    for kind in MediaKind.values:
        # Rows or none: a pull that died may have left a file.
        lakes.empty(f"{kind}/{video.video_id}")
    rejected = RawRejectedRecord.objects.filter(
        Q(video_id=video.video_id) | Q(payload__contains=f'"{video.video_id}"')
    )
    with transaction.atomic():
        return sum(rows.delete()[0] for rows in (records, rejected, video.media_files.all()))


def _rewrite_without(key: str, *, video_id: str) -> None:
    if not lake().exists(key):
        return
    with lake().open(key) as stored:
        lines = gzip.decompress(stored.read()).decode().splitlines()
    kept = [line for line in lines if json.loads(line)["video_id"] != video_id]
    if kept:
        landing.write_lines(key, kept)
    else:
        lake().delete(key)

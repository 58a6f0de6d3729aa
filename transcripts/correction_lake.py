"""Corrections in the lake, one object a version, beside the transcripts, which lie there as they were heard.

Who made one is not among it: people lie in the database alone.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from ingestion import lake as lakes
from ingestion.lake import lake
from ingestion.models import Availability, Video
from ingestion.replay import Unreadable, Watch
from transcripts import corrections
from transcripts.models import Correction, Transcription

FOLDER = "corrections"
KINDS: dict[str, type] = {
    "media_sha256": str,
    "version": int,
    "heard_text": str,
    "text": str,
    "word_edit_count": int,
    "start_seconds": float,
    "end_seconds": float,
}


class BrokenCorrectionError(Exception):
    """An object that is no correction of ours."""

    permanent = True


def archive_corrections() -> int:
    """Write the corrections that are not in the lake yet, and return how many they were."""
    waiting = Correction.objects.filter(lake_key="", video__in=Video.objects.kept()).order_by("created_at", "pk")
    return sum(_archive(pk) for pk in list(waiting.values_list("pk", flat=True)))


def restore_corrections(*, watch: Watch) -> Iterator[Unreadable]:
    """Bring back the corrections of videos that are known, and put them in; yield what could not be read."""
    keys = [stored.key for stored in lake().list_objects(FOLDER)]
    known = set(Correction.objects.exclude(lake_key="").values_list("lake_key", flat=True))
    done = 0
    for folder, group in groupby(keys, key=lambda key: key.rpartition("/")[0]):
        told, all_of_video = {}, list(group)
        for key in set(all_of_video) - known:
            try:
                told[key] = _parse(key)
            except BrokenCorrectionError as error:
                yield Unreadable(key, str(error))
        try:
            _restore(told, video_id=folder.rpartition("/")[2])
        except DatabaseError as error:
            yield Unreadable(folder, str(error).splitlines()[0])
        done += len(all_of_video)
        watch("corrections", done, len(keys))


def withdraw_removed() -> int:
    """Delete the corrections of removed videos, lake objects included; return how many rows went."""
    removed = Video.objects.removed().filter(corrections__isnull=False).distinct()
    return sum(_withdraw(video) for video in removed)


@transaction.atomic
def _withdraw(video: Video) -> int:
    rows = Correction.objects.filter(video=video, segments=None)
    locked = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    lakes.empty(f"{FOLDER}/{video.video_id}")
    return Correction.objects.filter(pk__in=locked).delete()[0]


@transaction.atomic
def _archive(pk: int) -> bool:
    row = Correction.objects.select_for_update(of=("self",)).select_related("video").filter(pk=pk).first()
    if row is None or row.video.availability == Availability.REMOVED:
        return False
    told = {name: getattr(row, name) for name in KINDS} | {"created_at": row.created_at.isoformat()}
    place = sha256(f"{row.media_sha256} {row.start_seconds} {row.end_seconds}".encode()).hexdigest()[:16]
    row.lake_key = f"{FOLDER}/{row.video.video_id}/{place}-{row.version:06d}.json"
    row.save(update_fields=["lake_key"])
    lake().save(row.lake_key, ContentFile(json.dumps(told, ensure_ascii=False).encode()))
    return True


def _parse(key: str) -> dict[str, Any]:
    with lake().open(key) as stored:
        content = stored.read()
    try:
        told = json.loads(content)
        values = {name: kind(told[name]) for name, kind in KINDS.items()}
        return values | {"created_at": datetime.fromisoformat(told["created_at"])}
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenCorrectionError(f"no correction of Lectern: {error!r}") from None


@transaction.atomic
def _restore(told: dict[str, dict[str, Any]], *, video_id: str) -> None:
    """Add what is not here yet of one video, and put it into the transcript that is read."""
    video = Video.objects.kept().select_for_update(no_key=True).filter(video_id=video_id).first()
    if video is None or not told:
        return
    rows = [Correction(video=video, lake_key=key, **values) for key, values in told.items()]
    Correction.objects.bulk_create(rows, ignore_conflicts=True)
    for transcription in Transcription.objects.preferred().filter(video=video):
        corrections.carry_over(transcription)

"""Writing what a source yields: raw tables, lake and the catalogue of videos, one page a transaction.

A page is written to the lake before its rows are committed, under a key made of its run and the run's count of
objects. A run that died is taken up again and counts from what it committed, so an object whose rows never came
is overwritten, never doubled.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction

from ingestion import catalogue, sources
from ingestion.lake import lake
from ingestion.models import (
    Availability,
    Course,
    IngestionRun,
    MediaFile,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    Video,
)


@dataclass(frozen=True)
class Target:
    """The course videos go to: one that is there, else one of a title, else the one their pages name."""

    course_id: int | None = None
    title: str = ""


@dataclass(frozen=True)
class Landed:
    """What a page held and added: payloads and sightings not seen before, refusals, media, payloads withheld."""

    record_count: int = 0
    observation_count: int = 0
    rejected_count: int = 0
    media_count: int = 0
    withheld_count: int = 0


@dataclass(frozen=True)
class _Sighting:
    record: sources.Record
    sha256: str


def land_page(page: sources.Page, *, run: IngestionRun, target: Target, now: datetime) -> Landed:
    """Land one page, all of it or nothing; a page landed before adds nothing."""
    with transaction.atomic():
        removed = _removed_ids(page)
        records = [record for record in page.records if record.video_id not in removed]
        sightings = [_Sighting(record, _sha256_of(record.payload)) for record in records]
        record_count, rows = _land_records(page, sightings, source=run.source, now=now)
        observation_count = _land_observations(page, sightings, rows, run=run)
        for record in records:
            _catalogue(record, page=page)
        media = [file for file in page.media if file.video_id not in removed]
        media_count = sum(_land_media(file, now=now) for file in media)
        _enrol(page, records, target=target)
        return Landed(
            record_count=record_count,
            observation_count=observation_count,
            rejected_count=_land_rejections(page, removed=removed, run=run, now=now),
            media_count=media_count,
            withheld_count=len(page.records) - len(records),
        )


def refuse_page(page: sources.Page, *, reason: str) -> sources.Page:
    """Return a page with every payload refused for the same reason, media left out."""
    rejections = tuple(
        sources.Rejection("database", reason, json.dumps(record.payload), record.video_id)
        for record in page.records
    )
    return replace(page, records=(), media=(), rejections=page.rejections + rejections)


def _removed_ids(page: sources.Page) -> set[str]:
    ids = {record.video_id for record in page.records} | {file.video_id for file in page.media}
    ids |= {rejection.video_id for rejection in page.rejections}
    # Locked, so that a removal waits for this page or this page sees the removal.
    videos = Video.objects.filter(video_id__in=ids).order_by("video_id").select_for_update()
    return {video.video_id for video in videos if video.availability == Availability.REMOVED}


def _sha256_of(payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _land_records(
    page: sources.Page, sightings: list[_Sighting], *, source: str, now: datetime
) -> tuple[int, dict[tuple[str, str], RawRecord]]:
    """Insert the payloads not yet known; return how many, and the rows of all by id and digest."""
    known = _rows(page, sightings, source=source)
    RawRecord.objects.bulk_create(
        [
            RawRecord(
                source=source,
                kind=page.kind,
                external_id=sighting.record.external_id,
                video_id=sighting.record.video_id,
                fetched_at=now,
                etag=sighting.record.etag,
                payload=sighting.record.payload,
                payload_sha256=sighting.sha256,
            )
            for sighting in sightings
            if (sighting.record.external_id, sighting.sha256) not in known
        ],
        ignore_conflicts=True,
    )
    rows = _rows(page, sightings, source=source)
    return len(rows) - len(known), rows


def _rows(page: sources.Page, sightings: Iterable[_Sighting], *, source: str) -> dict[tuple[str, str], RawRecord]:
    wanted = {(sighting.record.external_id, sighting.sha256) for sighting in sightings}
    rows = RawRecord.objects.filter(
        source=source, kind=page.kind, payload_sha256__in={digest for _, digest in wanted}
    ).defer("payload")
    return {key: row for row in rows if (key := (row.external_id, row.payload_sha256)) in wanted}


def _land_observations(
    page: sources.Page,
    sightings: list[_Sighting],
    rows: dict[tuple[str, str], RawRecord],
    *,
    run: IngestionRun,
) -> int:
    """Write the sightings not yet known to the lake as one object, then as rows; return how many."""
    records = {key: row.pk for key, row in rows.items()}
    seen = set(
        RawObservation.objects.filter(record_id__in=records.values(), observed_at=page.observed_at).values_list(
            "record_id", flat=True
        )
    )
    new = {
        pk: sighting
        for sighting in sightings
        if (pk := records[sighting.record.external_id, sighting.sha256]) not in seen
    }
    if not new:
        return 0
    run.object_count += 1
    run.save(update_fields=["object_count"])
    name = f"{run.pk:08d}-{run.object_count:06d}.jsonl.gz"
    key = f"raw/{run.source}/{page.kind}/dt={page.observed_at:%Y-%m-%d}/{name}"
    lines = [
        {
            "external_id": sighting.record.external_id,
            "video_id": sighting.record.video_id,
            "observed_at": page.observed_at.isoformat(),
            "payload": sighting.record.payload,
        }
        for sighting in new.values()
    ]
    write_lines(key, lines)
    RawObservation.objects.bulk_create(
        RawObservation(run=run, record_id=pk, observed_at=page.observed_at, lake_key=key) for pk in new
    )
    return len(new)


def write_lines(key: str, lines: Iterable[dict[str, Any]]) -> None:
    """Write an object of gzipped JSON lines, the same bytes for the same lines."""
    joined = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    lake().save(key, ContentFile(gzip.compress(joined.encode(), mtime=0)))


def _land_rejections(page: sources.Page, *, removed: set[str], run: IngestionRun, now: datetime) -> int:
    rejected = {
        (each.contract, hashlib.sha256(each.payload.encode(errors="replace")).hexdigest()): each
        for each in page.rejections
        if each.video_id not in removed
    }
    known = set(
        RawRejectedRecord.objects.filter(
            source=run.source, payload_sha256__in={digest for _, digest in rejected}
        ).values_list("contract", "payload_sha256")
    )
    RawRejectedRecord.objects.bulk_create(
        [
            RawRejectedRecord(
                run=run,
                source=run.source,
                video_id=each.video_id,
                location=page.location,
                contract=contract,
                reason=each.reason,
                payload=each.payload.replace("\0", "\\u0000"),
                payload_sha256=digest,
                rejected_at=now,
            )
            for (contract, digest), each in rejected.items()
            if (contract, digest) not in known
        ],
        ignore_conflicts=True,
    )
    return len(rejected)


def _catalogue(record: sources.Record, *, page: sources.Page) -> None:
    if record.video_id and page.kind in catalogue.KINDS:
        catalogue.keep_sighting(
            video_id=record.video_id, kind=page.kind, payload=record.payload, observed_at=page.observed_at
        )


def _land_media(file: sources.Media, *, now: datetime) -> int:
    """Copy a file to the lake once; return whether it is new."""
    digest = _sha256_of_file(file.path)
    video = Video.objects.get(video_id=file.video_id)
    known = MediaFile.objects.filter(video=video, kind=file.kind, language=file.language, sha256=digest)
    if known.exists():
        return 0
    name = f"{file.language}-{digest}" if file.language else digest
    key = f"{file.kind}/{file.video_id}/{name}{file.path.suffix.lower()}"
    with file.path.open("rb") as stream:
        lake().save(key, File(stream))
    MediaFile.objects.create(
        video=video,
        kind=file.kind,
        language=file.language,
        lake_key=key,
        sha256=digest,
        byte_count=file.path.stat().st_size,
        fetched_at=now,
    )
    return 1


def _sha256_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _enrol(page: sources.Page, records: list[sources.Record], *, target: Target) -> None:
    """Put the videos into the course they are for, else that of their playlist, else that of their folder."""
    if page.kind != "info" or not records:
        return
    course = _find_course(page, target=target)
    if page.playlist_id and page.playlist_id not in course.playlist_ids:
        course.playlist_ids.append(page.playlist_id)
        course.save(update_fields=["playlist_ids"])
    if page.language and not course.language and not course.videos.exists():
        # Made by hand, a course takes the language of its first lecture.
        course.language = page.language[:16]
        course.save(update_fields=["language"])
    course.videos.add(*Video.objects.filter(video_id__in={record.video_id for record in records}))


def _find_course(page: sources.Page, *, target: Target) -> Course:
    if target.course_id is not None:
        return Course.objects.get(pk=target.course_id)
    title = target.title or page.playlist_title or Path(page.location).parent.name
    return Course.objects.get_or_create(title=title[:255], defaults={"language": page.language[:16]})[0]

"""Writing what a source yields: raw tables, lake and the catalogue of videos, one page a transaction.

A page is written to the lake before its rows are committed, under a key made of its run and the run's count of
objects. A run that died is taken up again and counts from what it committed, so an object whose rows never came
is overwritten, never doubled.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from ingestion import catalogue, media, sources
from ingestion.lake import lake
from ingestion.models import (
    Availability,
    Course,
    IngestionRun,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    Video,
)

# A third of the time of the highest level, for a tenth more bytes.
COMPRESSION = 5


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
    object_count: int = 0
    lake_key: str = ""


COUNTS = tuple(each.name for each in fields(Landed) if each.name.endswith("_count"))

# A payload is known by its external id and its digest.
_Key = tuple[str, str]


@dataclass(frozen=True)
class _Sighting:
    record: sources.Record
    sha256: str

    @property
    def key(self) -> _Key:
        return self.record.external_id, self.sha256


def land_page(page: sources.Page, *, run: IngestionRun, target: Target, now: datetime) -> Landed:
    """Land one page, all of it or nothing; a page landed before adds nothing."""
    with transaction.atomic():
        # Locked, so that a removal waits for this page or this page sees the removal.
        videos = catalogue.lock_videos(_video_ids(page))
        removed = {video.video_id for video in videos.values() if video.availability == Availability.REMOVED}
        records = [record for record in page.records if record.video_id not in removed]
        sightings = [_Sighting(record, _sha256_of(record.payload)) for record in records]
        record_count, rows = _land_records(page, sightings, source=run.source, now=now)
        lake_key, observation_count = _land_observations(page, sightings, rows, run=run, now=now)
        catalogue.keep_sightings(records, kind=page.kind, observed_at=page.observed_at, videos=videos)
        media_count = sum(
            media.keep_file(file, video=videos[file.video_id], now=now)
            for file in page.media
            if file.video_id not in removed
        )
        _enrol(page, records, target=target)
        return Landed(
            record_count=record_count,
            observation_count=observation_count,
            rejected_count=_land_rejections(page, removed=removed, run=run, now=now),
            media_count=media_count,
            withheld_count=len(page.records) - len(records),
            object_count=1 if lake_key else 0,
            lake_key=lake_key,
        )


def split_page(page: sources.Page) -> list[sources.Page]:
    """Return a page as one page for each payload, with its media, and one for what it refused."""
    parts = [
        replace(
            page,
            records=(record,),
            media=tuple(file for file in page.media if file.video_id == record.video_id),
            rejections=(),
        )
        for record in page.records
    ]
    return [*parts, replace(page, records=(), media=())]


def refuse_page(page: sources.Page, *, reason: str) -> sources.Page:
    """Return a page with every payload refused for the same reason, media left out."""
    rejections = tuple(
        sources.Rejection("database", reason, json.dumps(record.payload), record.video_id)
        for record in page.records
    )
    return replace(page, records=(), media=(), rejections=page.rejections + rejections)


def _video_ids(page: sources.Page) -> set[str]:
    ids = {record.video_id for record in page.records} | {file.video_id for file in page.media}
    return ids | {rejection.video_id for rejection in page.rejections}


def _sha256_of(payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _land_records(
    page: sources.Page, sightings: list[_Sighting], *, source: str, now: datetime
) -> tuple[int, dict[_Key, RawRecord]]:
    """Insert the payloads not yet known; return how many, and the rows of all by id and digest."""
    rows = _known_rows(page, sightings, source=source)
    new = {sighting.key: sighting for sighting in sightings if sighting.key not in rows}
    inserted = RawRecord.objects.bulk_create(
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
            for sighting in new.values()
        ],
        # Another run may just have landed the same: its row is told back, and stays as it is.
        update_conflicts=True,
        unique_fields=["source", "kind", "external_id", "payload_sha256"],
        update_fields=["payload_sha256"],
    )
    rows.update(zip(new, inserted, strict=True))
    return len(new), rows


def _known_rows(page: sources.Page, sightings: Iterable[_Sighting], *, source: str) -> dict[_Key, RawRecord]:
    wanted = {sighting.key for sighting in sightings}
    rows = RawRecord.objects.filter(
        source=source, kind=page.kind, external_id__in={external_id for external_id, _ in wanted}
    ).filter(payload_sha256__in={sha256 for _, sha256 in wanted})
    return {key: row for row in rows.defer("payload") if (key := (row.external_id, row.payload_sha256)) in wanted}


def _land_observations(
    page: sources.Page,
    sightings: list[_Sighting],
    rows: dict[_Key, RawRecord],
    *,
    run: IngestionRun,
    now: datetime,
) -> tuple[str, int]:
    """Write the sightings not yet known to the lake as one object, then as rows; return its key and how many."""
    seen = set(
        RawObservation.objects.filter(
            record__in=[row.pk for row in rows.values()], observed_at=page.observed_at
        ).values_list("record", flat=True)
    )
    new = {pk: sighting for sighting in sightings if (pk := rows[sighting.key].pk) not in seen}
    if not new:
        return "", 0
    name = f"{run.pk:08d}-{run.object_count + 1:06d}.jsonl.gz"
    key = f"raw/{run.source}/{page.kind}/dt={page.observed_at:%Y-%m-%d}/{name}"
    write_lines(key, (_line(sighting, page=page, now=now) for sighting in new.values()))
    RawObservation.objects.bulk_create(
        RawObservation(run=run, record_id=pk, observed_at=page.observed_at, lake_key=key) for pk in new
    )
    return key, len(new)


def _line(sighting: _Sighting, *, page: sources.Page, now: datetime) -> dict[str, Any]:
    return {
        "external_id": sighting.record.external_id,
        "video_id": sighting.record.video_id,
        "observed_at": page.observed_at.isoformat(),
        "fetched_at": now.isoformat(),
        "etag": sighting.record.etag,
        "payload": sighting.record.payload,
    }


def write_lines(key: str, lines: Iterable[dict[str, Any]]) -> None:
    """Write an object of gzipped JSON lines, the same bytes for the same lines."""
    joined = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    lake().save(key, ContentFile(gzip.compress(joined.encode(), COMPRESSION, mtime=0)))


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

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
from functools import cached_property
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, transaction

from ingestion import arrays, catalogue, drift, enrolment, media, returning, sources
from ingestion.lake import lake
from ingestion.models import (
    Availability,
    IngestionRun,
    RawRejectedRecord,
)

CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
# About half the time of the highest level, for two bytes in a hundred more.
COMPRESSION = 5


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


# A page's payloads go to the database as one JSON text: it takes that apart faster than rows are adapted.
# Another run may just have landed the same payload: its row is told back, and stays as it is.
INSERT_RECORDS = """
insert into raw_record (source, kind, external_id, video_id, fetched_at, etag, payload, payload_sha256)
select
    %(source)s, %(kind)s, line.external_id, line.video_id, %(fetched_at)s, line.etag, line.payload,
    line.payload_sha256
from jsonb_to_recordset(%(lines)s::jsonb) as line (
    external_id text, video_id text, etag text, payload jsonb, payload_sha256 text
)
on conflict (source, kind, external_id, payload_sha256) do update set payload_sha256 = excluded.payload_sha256
returning external_id, payload_sha256, id
"""
FIND_RECORDS = """
select external_id, payload_sha256, id from raw_record
where source = %s and kind = %s and external_id = any(%s::text[]) and payload_sha256 = any(%s::text[])
"""
FIND_SEEN = "select record_id from raw_observation where observed_at = %s and record_id = any(%s::bigint[])"
INSERT_OBSERVATIONS = """
insert into raw_observation (run_id, record_id, observed_at, lake_key)
select %(run)s, unnest(%(records)s::bigint[]), %(observed_at)s, %(lake_key)s
"""


@dataclass(frozen=True)
class _Sighting:
    """A payload with its canonical text."""

    record: sources.Record
    text: str
    sha256: str

    @property
    def key(self) -> _Key:
        return self.record.external_id, self.sha256

    @cached_property
    def _known(self) -> str:
        record = self.record
        known = {"external_id": record.external_id, "video_id": record.video_id, "etag": record.etag}
        return json.dumps(known, ensure_ascii=False)[1:-1]

    def write_line(self, **more: str) -> str:
        """Return the payload and what is known of it as one line of JSON; what is added needs no escapes."""
        added = "".join(f'"{name}": "{value}", ' for name, value in more.items())
        return f'{{{self._known}, {added}"payload": {self.text}}}'


def land_page(
    page: sources.Page, *, run: IngestionRun, target: enrolment.Target | None, now: datetime, stored_as: str = ""
) -> Landed:
    """Land one page, all of it or nothing; a page landed before adds nothing.

    Without a target its videos join no course. What lies in the lake already, under `stored_as`, stays as it is.
    """
    with transaction.atomic():
        # Locked, so that a removal waits for this page or this page sees the removal.
        videos = catalogue.lock_videos(_video_ids(page))
        returning.readmit(page, videos=videos.values())
        removed = {video.video_id for video in videos.values() if video.availability == Availability.REMOVED}
        records = [record for record in page.records if record.video_id not in removed]
        sightings = [_sight(record) for record in records]
        record_count, rows = _land_records(page, sightings, source=run.source, now=now)
        key = stored_as or _key_for(page, run=run)
        new = _find_unseen(page, sightings, rows)
        if new and not stored_as:
            times = {"observed_at": page.observed_at.isoformat(), "fetched_at": now.isoformat()}
            write_lines(key, (sighting.write_line(**times) for sighting in new.values()))
        _land_observations(list(new), page=page, run=run, key=key)
        catalogue.keep_sightings(records, kind=page.kind, observed_at=page.observed_at, videos=videos)
        catalogue.add_missing((file.video_id for file in page.media), videos=videos)
        media_count = sum(
            media.keep_file(file, video=videos[file.video_id], now=now)
            for file in page.media
            if file.video_id not in removed
        )
        if target is not None:
            enrolment.enrol(page, records, target=target)
        drift.note(records, source=run.source, kind=page.kind, now=now)
        return Landed(
            record_count=record_count,
            observation_count=len(new),
            rejected_count=_land_rejections(page, removed=removed, run=run, now=now),
            media_count=media_count,
            withheld_count=len(page.records) - len(records),
            object_count=1 if new else 0,
            lake_key=key if new else "",
        )


def split_page(page: sources.Page) -> list[sources.Page]:
    """Return a page as two of half its payloads each, with their media; what it refused goes with the second."""
    middle = len(page.records) // 2
    first, second = page.records[:middle], page.records[middle:]
    ids = {record.video_id for record in first}
    media = [
        tuple(file for file in page.media if (file.video_id in ids) is is_first) for is_first in (True, False)
    ]
    return [
        replace(page, records=first, media=media[0], rejections=()),
        replace(page, records=second, media=media[1]),
    ]


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


def write_payload(payload: dict[str, Any]) -> str:
    """Return the one text of a payload that its digest is taken of."""
    return CANONICAL.encode(payload)


def _sight(record: sources.Record) -> _Sighting:
    text = write_payload(record.payload)
    return _Sighting(record, text, hashlib.sha256(text.encode()).hexdigest())


def _land_records(
    page: sources.Page, sightings: list[_Sighting], *, source: str, now: datetime
) -> tuple[int, dict[_Key, int]]:
    """Insert the payloads not yet known; return how many, and the rows of all by id and digest."""
    rows = _find_rows(page, sightings, source=source)
    new = {sighting.key: sighting for sighting in sightings if sighting.key not in rows}
    if new:
        lines = ",".join(sighting.write_line(payload_sha256=sighting.sha256) for sighting in new.values())
        values: dict[str, Any] = {"source": source, "kind": page.kind, "fetched_at": now, "lines": f"[{lines}]"}
        with connection.cursor() as cursor:
            cursor.execute(INSERT_RECORDS, values)
            rows.update({(external_id, sha256): pk for external_id, sha256, pk in cursor.fetchall()})
    return len(new), rows


def _find_rows(page: sources.Page, sightings: Iterable[_Sighting], *, source: str) -> dict[_Key, int]:
    wanted = {sighting.key for sighting in sightings}
    external_ids = arrays.write_texts({external_id for external_id, _ in wanted})
    digests = arrays.write_texts(sha256 for _, sha256 in wanted)
    with connection.cursor() as cursor:
        cursor.execute(FIND_RECORDS, [source, page.kind, external_ids, digests])
        rows = {(external_id, sha256): pk for external_id, sha256, pk in cursor.fetchall()}
    return {key: pk for key, pk in rows.items() if key in wanted}


def _find_unseen(page: sources.Page, sightings: list[_Sighting], rows: dict[_Key, int]) -> dict[int, _Sighting]:
    """Return the sightings not yet known, by the row of their payload."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_SEEN, [page.observed_at, arrays.write_numbers(set(rows.values()))])
        seen_pks = {pk for (pk,) in cursor.fetchall()}
    return {pk: sighting for sighting in sightings if (pk := rows[sighting.key]) not in seen_pks}


def _key_for(page: sources.Page, *, run: IngestionRun) -> str:
    """Return the key of a run's next object; the time it began keeps it from those of a database that was lost."""
    name = f"{run.lake_name}-{run.object_count + 1:06d}.jsonl.gz"
    return f"raw/{run.source}/{page.kind}/dt={page.observed_at:%Y-%m-%d}/{name}"


def _land_observations(record_pks: list[int], *, page: sources.Page, run: IngestionRun, key: str) -> None:
    if record_pks:
        values: dict[str, Any] = {
            "run": run.pk,
            "records": arrays.write_numbers(record_pks),
            "observed_at": page.observed_at,
            "lake_key": key,
        }
        with connection.cursor() as cursor:
            cursor.execute(INSERT_OBSERVATIONS, values)


def write_lines(key: str, lines: Iterable[str]) -> None:
    """Write an object of gzipped lines of JSON, the same bytes for the same lines."""
    joined = "".join(f"{line}\n" for line in lines)
    lake().save(key, ContentFile(gzip.compress(joined.encode(), COMPRESSION, mtime=0)))


def _land_rejections(page: sources.Page, *, removed: set[str], run: IngestionRun, now: datetime) -> int:
    rejected = {
        (each.contract, hashlib.sha256(each.payload.encode(errors="replace")).hexdigest()): each
        for each in page.rejections
        if each.video_id not in removed
    }
    rows = RawRejectedRecord.objects.filter(
        source=run.source, payload_sha256__in={digest for _, digest in rejected}
    )
    known = set(rows.values_list("contract", "payload_sha256"))
    # What had landed after all and is refused again waits again.
    rows.filter(contract__in={contract for contract, _ in rejected}).exclude(replayed_at=None).update(
        replayed_at=None
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
                observed_at=page.observed_at,
                rejected_at=now,
            )
            for (contract, digest), each in rejected.items()
            if (contract, digest) not in known
        ],
        ignore_conflicts=True,
    )
    return len(rejected)

"""Rebuilding the raw tables, the catalogue, media rows and courses from the lake alone.

Objects are landed in the order in which they were written, each in a transaction of its own: a replay that died
goes on with those that have no rows yet, and one that is repeated changes nothing. Tombstones come first, so that
nothing removed is brought back on the way.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import DataError, transaction
from django.db.models import Min, OuterRef, Subquery
from django.db.models.functions import Least

from ingestion import catalogue, course_archive, landing, locks, media, removal, sources, tombstones
from ingestion import lake as lakes
from ingestion.following import absences
from ingestion.lake import StoredObject, lake
from ingestion.models import (
    Availability,
    IngestionRun,
    MediaFile,
    MediaKind,
    RawObservation,
    RawRecord,
    RemovalCause,
    RunState,
    Video,
)

LOCK = "the lake"
RAW_KEY = re.compile(
    r"raw/(?P<source>[^/]+)/(?P<kind>[^/]+)/dt=[^/]+/(?P<run>[0-9T-]+)-(?P<number>\d{6})\.jsonl\.gz"
)
BATCH_SIZE = 1000

# Told what is being rebuilt, how much of it is done, and of how much.
Watch = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Unreadable:
    """An object that could not be brought back, and why."""

    key: str
    reason: str


@dataclass(frozen=True)
class _RawObject:
    """A lake object of raw payloads, in the order of writing."""

    run: str
    number: int
    source: str
    kind: str
    stored: StoredObject


@dataclass(frozen=True)
class _Line:
    """One sighting of a payload, as an object tells it."""

    record: sources.Record
    observed_at: datetime
    fetched_at: datetime


class _BrokenObjectError(Exception):
    """An object that holds something else than lines of payloads."""

    permanent = True


def replay_lake(*, watch: Watch = lambda what, done, total: None) -> list[Unreadable]:
    """Bring back what ingestion keeps in the lake; return what could not be read.

    Raises locks.AlreadyRunningError and tombstones.BrokenTombstoneError.
    """
    with locks.hold_alone(LOCK):
        _bury_removed()
        unreadable = list(_land_objects(watch))
        _register_media(watch)
        _restore_first_sightings()
        course_archive.restore_courses()
    return unreadable


def _bury_removed() -> None:
    for stone in tombstones.read_all():
        Video.objects.get_or_create(video_id=stone.video_id)
        cause = RemovalCause(stone.cause)
        removal.remove_video(video_id=stone.video_id, reason=stone.reason, cause=cause, now=stone.removed_at)


def _land_objects(watch: Watch) -> Iterator[Unreadable]:
    landed = set(RawObservation.objects.values_list("lake_key", flat=True).distinct())
    going_on = {run.lake_name for run in IngestionRun.objects.exclude(state=RunState.DONE)}
    # What a run of this database has not committed it writes again when it goes on.
    found = [each for each in _find_raw_objects() if each.run not in going_on]
    for done, each in enumerate(found, 1):
        if each.stored.key not in landed:
            try:
                _land_object(each)
            except (_BrokenObjectError, DataError) as error:
                yield Unreadable(each.stored.key, str(error).splitlines()[0])
        watch("payloads", done, len(found))


def _find_raw_objects() -> list[_RawObject]:
    """Return the objects of raw payloads in the order in which they were written."""
    newest: dict[tuple[str, int], _RawObject] = {}
    for stored in lake().list_objects("raw"):
        if named := RAW_KEY.fullmatch(stored.key):
            each = _RawObject(named["run"], int(named["number"]), named["source"], named["kind"], stored)
            # A run that died and went on the next day wrote the same number twice: the first never had rows.
            known = newest.setdefault((each.run, each.number), each)
            if known.stored.modified_at < stored.modified_at:
                newest[each.run, each.number] = each
    return sorted(newest.values(), key=lambda each: (each.run, each.number))


@transaction.atomic
def _land_object(each: _RawObject) -> None:
    run, _is_new = IngestionRun.objects.get_or_create(
        source=each.source, location=f"{LOCK}: {each.run}", defaults={"state": RunState.DONE}
    )
    for page, fetched_at in _read_pages(each):
        landed = landing.land_page(page, run=run, target=None, now=fetched_at, stored_as=each.stored.key)
        if page.kind == absences.KIND:
            ids = [record.video_id for record in page.records]
            absences.mark_absent(video_ids=ids, observed_at=page.observed_at)
        for name in landing.COUNTS:
            setattr(run, name, getattr(run, name) + getattr(landed, name))
        run.started_at, run.finished_at = min(run.started_at, fetched_at), fetched_at
    run.page_count += 1
    run.save()


def _read_pages(each: _RawObject) -> Iterator[tuple[sources.Page, datetime]]:
    """Yield what an object holds with when it was fetched: one page, as it was landed."""
    lines = list(_read_lines(each.stored.key))
    for (observed_at, fetched_at), group in groupby(lines, key=lambda line: (line.observed_at, line.fetched_at)):
        page = sources.Page(
            kind=each.kind,
            location=each.stored.key,
            observed_at=observed_at,
            records=tuple(line.record for line in group),
        )
        yield page, fetched_at


def _read_lines(key: str) -> Iterator[_Line]:
    try:
        for line in lakes.read_lines(key):
            yield _parse_line(json.loads(line))
    except (ValueError, KeyError, TypeError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _BrokenObjectError(f"no gzipped lines of payloads: {error!r}") from None


def _parse_line(line: dict[str, Any]) -> _Line:
    observed_at = datetime.fromisoformat(line["observed_at"])
    return _Line(
        record=sources.Record(line["external_id"], line["video_id"], line.get("etag", ""), line["payload"]),
        observed_at=observed_at,
        # Older lines do not say, and were observed about then.
        fetched_at=datetime.fromisoformat(line["fetched_at"]) if "fetched_at" in line else observed_at,
    )


def _register_media(watch: Watch) -> None:
    """Add the rows of media files that lie in the lake."""
    stored = [each for folder in MediaKind.values for each in lake().list_objects(folder)]
    for done in range(0, len(stored), BATCH_SIZE):
        batch = stored[done : done + BATCH_SIZE]
        with transaction.atomic():
            MediaFile.objects.bulk_create(_make_media(batch), ignore_conflicts=True)
        watch("media", done + len(batch), len(stored))


def _make_media(batch: list[StoredObject]) -> Iterable[MediaFile]:
    named = [(stored, name) for stored in batch if (name := media.read_key(stored.key))]
    videos = catalogue.lock_videos(name.video_id for _stored, name in named)
    catalogue.add_missing((name.video_id for _stored, name in named), videos=videos)
    for stored, name in named:
        video = videos[name.video_id]
        if video.availability != Availability.REMOVED:
            yield MediaFile(
                video=video,
                kind=name.kind,
                language=name.language,
                lake_key=stored.key,
                sha256=name.sha256,
                byte_count=stored.byte_count,
                fetched_at=stored.modified_at,
            )


def _restore_first_sightings() -> None:
    """Let a video be known since its first payload was fetched, not since the replay."""
    records = RawRecord.objects.filter(video_id=OuterRef("video_id")).values("video_id")
    first = Subquery(records.annotate(first_at=Min("fetched_at")).values("first_at"))
    Video.objects.update(first_seen_at=Least("first_seen_at", first))

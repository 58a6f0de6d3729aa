"""The rows of videos, kept at what their newest sighting says, a page at a time."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from ingestion import arrays, sightings, sources
from ingestion.models import Availability, AvailabilityChange, Chapter, Video

# What never changes may come from an older sighting where the newest had no word on it.
LASTING = ("duration_seconds", "published_at")
COLUMNS = (
    "title",
    "availability",
    "is_on_youtube",
    "duration_seconds",
    "view_count",
    "published_at",
    "observed_at",
    "described_at",
)
# One JSON text for a page, taken apart by the database.
UPDATE_VIDEOS = """
update ingestion_video
set
    title = seen.title,
    availability = seen.availability,
    is_on_youtube = seen.is_on_youtube,
    duration_seconds = seen.duration_seconds,
    view_count = seen.view_count,
    published_at = seen.published_at,
    observed_at = seen.observed_at,
    described_at = seen.described_at
from jsonb_to_recordset(%s::jsonb) as seen (
    id bigint,
    title text,
    availability text,
    is_on_youtube boolean,
    duration_seconds double precision,
    view_count bigint,
    published_at timestamptz,
    observed_at timestamptz,
    described_at timestamptz
)
where ingestion_video.id = seen.id
"""
LOCK_VIDEOS = "select * from ingestion_video where video_id = any(%s::text[]) order by video_id for update"
# A new row is its inserter's own: it needs no lock.
INSERT_VIDEOS = """
insert into ingestion_video (
    video_id, title, availability, is_on_youtube, first_seen_at, observed_at, removal_reason, removal_cause
)
select unnest(%(video_ids)s::text[]), '', %(availability)s, true, now(), %(observed_at)s, '', ''
on conflict (video_id) do nothing
returning *
"""


@dataclass
class _Change:
    """What a page changes of one video."""

    video: Video
    is_changed: bool = False
    availability_reason: str | None = None
    chapters: tuple[sightings.ChapterStart, ...] | None = None


def lock_videos(video_ids: Iterable[str]) -> dict[str, Video]:
    """Return the rows of some videos by their id, locked; what is not known yet is not among them."""
    wanted = {video_id for video_id in video_ids if video_id}
    return {video.video_id: video for video in Video.objects.raw(LOCK_VIDEOS, [arrays.write_texts(wanted)])}


def keep_sightings(
    records: Iterable[sources.Record], *, kind: str, observed_at: datetime, videos: dict[str, Video]
) -> None:
    """Keep rows, chapters and the history of availability at what a page says of its videos.

    `videos` are the rows already locked, by id; new ones are added to it.
    """
    if kind not in sightings.READERS:
        return
    told = [record for record in records if record.video_id]
    add_missing((record.video_id for record in told), videos=videos, observed_at=observed_at)
    changes = {record.video_id: _Change(videos[record.video_id]) for record in told}
    for record in told:
        seen = sightings.READERS[kind](record.payload)
        _note(changes[record.video_id], seen, kind=kind, observed_at=observed_at)
    _keep_rows([change.video for change in changes.values() if change.is_changed])
    _keep_chapters({change.video: change.chapters for change in changes.values() if change.chapters is not None})
    AvailabilityChange.objects.bulk_create(
        [
            AvailabilityChange(
                video=change.video,
                availability=change.video.availability,
                reason=change.availability_reason,
                observed_at=observed_at,
            )
            for change in changes.values()
            if change.availability_reason is not None
        ],
        ignore_conflicts=True,
    )


def add_videos(video_ids: Iterable[str]) -> None:
    """Make rows for videos that nothing describes yet; those that have one are left as they are."""
    wanted = set(video_ids)
    add_missing(wanted, videos=lock_videos(wanted))


def add_missing(
    video_ids: Iterable[str], *, videos: dict[str, Video], observed_at: datetime | None = None
) -> None:
    """Add rows for the videos that have none to `videos`, those already locked."""
    missing = sorted(set(video_ids) - videos.keys())
    if missing:
        values = {
            "video_ids": arrays.write_texts(missing),
            "availability": Availability.PUBLIC,
            "observed_at": observed_at,
        }
        rows = Video.objects.raw(INSERT_VIDEOS, values)
        added = {video.video_id: video for video in rows}
        videos.update(added)
        # Those that another run has added in this moment.
        if others := set(missing) - added.keys():
            videos.update(lock_videos(others))


def _note(change: _Change, seen: sightings.Sighting, *, kind: str, observed_at: datetime) -> None:
    video = change.video
    if video.availability == Availability.REMOVED:
        return
    before = _columns(video)
    if video.observed_at is None or video.observed_at <= observed_at:
        video.observed_at = observed_at
        if seen.availability and seen.availability != video.availability:
            video.availability = seen.availability
            change.availability_reason = seen.reason
    if seen.is_on_youtube is not None:
        video.is_on_youtube = seen.is_on_youtube
    if kind != "playlist_item":
        _describe(change, seen, observed_at=observed_at)
    change.is_changed |= _columns(video) != before


def _describe(change: _Change, seen: sightings.Sighting, *, observed_at: datetime) -> None:
    video = change.video
    if video.described_at is None or video.described_at <= observed_at:
        video.described_at = observed_at
        video.title = seen.title or video.title
        for name, value in seen.details.items():
            setattr(video, name, value)
        if seen.chapters is not None:
            change.chapters = seen.chapters
        return
    for name in LASTING:
        if getattr(video, name) is None:
            setattr(video, name, seen.details.get(name))
    video.title = video.title or seen.title


def _columns(video: Video) -> list[object]:
    return [getattr(video, name) for name in COLUMNS]


def _keep_rows(videos: list[Video]) -> None:
    if not videos:
        return
    rows = [{name: getattr(video, name) for name in ("id", *COLUMNS)} for video in videos]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_VIDEOS, [json.dumps(rows, default=str)])


def _keep_chapters(wanted: Mapping[Video, tuple[sightings.ChapterStart, ...]]) -> None:
    kept: dict[int, list[sightings.ChapterStart]] = {video.pk: [] for video in wanted}
    rows = Chapter.objects.filter(video__in=kept).order_by("video", "position")
    for video_pk, title, start_seconds in rows.values_list("video_id", "title", "start_seconds"):
        kept[video_pk].append((title, start_seconds))
    changed = [video for video, chapters in wanted.items() if tuple(kept[video.pk]) != chapters]
    Chapter.objects.filter(video__in=[video.pk for video in changed if kept[video.pk]]).delete()
    Chapter.objects.bulk_create(
        Chapter(video=video, position=position, title=title, start_seconds=start_seconds)
        for video in changed
        for position, (title, start_seconds) in enumerate(wanted[video])
    )

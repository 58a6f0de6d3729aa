"""Rows as ingestion and transcripts leave them, made without either."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.models import IngestionRun, RawObservation, RawRecord, Video
from transcripts.models import Correction, Segment, State, Transcription

FIRST_DAY = datetime(2026, 11, 14, 9, tzinfo=UTC)
SECOND_DAY = datetime(2026, 11, 15, 9, tzinfo=UTC)


def land(
    *,
    kind: str,
    external_id: str,
    payload: Any,
    source: str = "youtube_api",
    observed_at: datetime = FIRST_DAY,
) -> RawRecord:
    """Land one payload and one sighting of it."""
    run, _ = IngestionRun.objects.get_or_create(source=source, location="a test")
    record, _ = RawRecord.objects.get_or_create(
        source=source,
        kind=kind,
        external_id=external_id,
        payload_sha256=_digest(payload),
        defaults={"fetched_at": observed_at, "payload": payload},
    )
    RawObservation.objects.get_or_create(
        record=record, observed_at=observed_at, defaults={"run": run, "lake_key": "none"}
    )
    return record


def land_many(items: Sequence[tuple[str, str, Any]], *, observed_at: datetime = FIRST_DAY) -> None:
    """Land distinct (kind, external id, payload) of the API at once."""
    run, _ = IngestionRun.objects.get_or_create(source="youtube_api", location="a test")
    distinct = {(kind, external_id, _digest(payload)): payload for kind, external_id, payload in items}
    records = RawRecord.objects.bulk_create(
        RawRecord(
            source="youtube_api",
            kind=kind,
            external_id=external_id,
            fetched_at=observed_at,
            payload=payload,
            payload_sha256=sha256,
        )
        for (kind, external_id, sha256), payload in distinct.items()
    )
    RawObservation.objects.bulk_create(
        RawObservation(run=run, record=record, observed_at=observed_at, lake_key="none") for record in records
    )


def land_video(video_id: str, *, observed_at: datetime = FIRST_DAY, **parts: Any) -> RawRecord:
    payload = {"kind": "youtube#video", "id": video_id, **parts}
    return land(kind="video", external_id=video_id, payload=payload, observed_at=observed_at)


def land_info(video_id: str, *, observed_at: datetime = FIRST_DAY, **fields: Any) -> RawRecord:
    payload = {"id": video_id, **fields}
    return land(source="yt_dlp", kind="info", external_id=video_id, payload=payload, observed_at=observed_at)


def land_playlist_item(
    *, playlist_id: str, video_id: str, position: int, observed_at: datetime = FIRST_DAY, **snippet: Any
) -> RawRecord:
    payload = build_playlist_item(playlist_id=playlist_id, video_id=video_id, position=position, **snippet)
    return land(kind="playlist_item", external_id=payload["id"], payload=payload, observed_at=observed_at)


def build_playlist_item(*, playlist_id: str, video_id: str, position: int, **snippet: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#playlistItem",
        "id": f"{playlist_id}.{position}",
        "snippet": {
            "playlistId": playlist_id,
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": video_id},
            **snippet,
        },
    }


def land_replies(folder: Path, *, observed_at: datetime = FIRST_DAY) -> int:
    """Land every item with a plain id that the saved replies under a folder hold; return their number."""
    items = [
        item
        for path in sorted(folder.rglob("*.json"))
        for item in json.loads(path.read_text(encoding="utf-8")).get("items", [])
        if isinstance(item.get("id"), str)
    ]
    for item in items:
        land(
            kind=_snake_case(item["kind"].removeprefix("youtube#")),
            external_id=item["id"],
            payload=item,
            observed_at=observed_at,
        )
    return len(items)


def land_infos(folder: Path) -> int:
    """Land the info dicts that yt-dlp wrote into a folder; return their number."""
    paths = sorted(folder.glob("*.info.json"))
    for path in paths:
        info = json.loads(path.read_text(encoding="utf-8"))
        land_info(info.pop("id"), observed_at=datetime.fromtimestamp(info["epoch"], tz=UTC), **info)
    return len(paths)


def create_transcription(
    video: Video,
    *,
    texts: Sequence[str] = (),
    gated: Sequence[str] = (),
    state: State = State.DONE,
    is_preferred: bool = True,
    digest: str = "one",
    seconds_each: float = 20.0,
) -> Transcription:
    """Create an ended transcription of segments of one length; the gated ones stand at the end."""
    transcription = Transcription.objects.create(
        video=video,
        media_sha256="0" * 64,
        digest=digest,
        engine="faster_whisper",
        model="tiny.en",
        language="en",
        duration_seconds=seconds_each * (len(texts) + len(gated)),
        wall_seconds=1.0,
        state=state,
        is_preferred=is_preferred,
        finished_at=SECOND_DAY,
    )
    for position, text in enumerate([*texts, *gated]):
        Segment.objects.create(
            transcription=transcription,
            position=position,
            text=text,
            gate_reason="repeats" if position >= len(texts) else "",
            start_seconds=position * seconds_each,
            end_seconds=(position + 1) * seconds_each,
            average_log_probability=-0.1 * (position + 1),
        )
    return transcription


def create_correction(
    transcription: Transcription, *, position: int, text: str, version: int = 1, word_edit_count: int = 1
) -> Correction:
    """Create a version of a segment as a person leaves it, put into the segment."""
    segment = transcription.segments.get(position=position)
    segment.heard_text = segment.heard_text or segment.text
    segment.correction = Correction.objects.create(
        video=transcription.video,
        media_sha256=transcription.media_sha256,
        version=version,
        heard_text=segment.heard_text,
        text=text,
        word_edit_count=word_edit_count,
        start_seconds=segment.start_seconds,
        end_seconds=segment.end_seconds,
        created_at=SECOND_DAY,
    )
    segment.text = text
    segment.save()
    return segment.correction


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _digest(payload: Any) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()

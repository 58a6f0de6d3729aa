"""Transcripts in the lake, one Parquet object each: the segments as rows, how it went beside them."""

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.base import ContentFile
from django.db import transaction

from ingestion.lake import lake
from transcripts.models import NOT_SAID, Segment, State, Transcription

WORD = pa.struct(
    [
        ("start_seconds", pa.float64()),
        ("end_seconds", pa.float64()),
        ("text", pa.string()),
        ("probability", pa.float64()),
    ]
)
SCHEMA = pa.schema(
    [
        ("video_id", pa.string()),
        ("media_sha256", pa.string()),
        ("digest", pa.string()),
        ("engine", pa.string()),
        ("model", pa.string()),
        ("language", pa.string()),
        ("position", pa.int32()),
        ("text", pa.string()),
        ("gate_reason", pa.string()),
        ("repair", pa.string()),
        ("spoken_language", pa.string()),
        ("start_seconds", pa.float64()),
        ("end_seconds", pa.float64()),
        ("average_log_probability", pa.float64()),
        ("no_speech_probability", pa.float64()),
        ("compression_ratio", pa.float64()),
        ("words", pa.list_(WORD)),
    ]
)
FOLDER = "transcripts"
OF_TRANSCRIPTION = ["media_sha256", "digest", "engine", "model", "language"]
OF_SEGMENT = [name for name in SCHEMA.names if name not in {"video_id", *OF_TRANSCRIPTION}]
# How it went: in the metadata of the object, for it is of no segment.
OF_HEARING = [
    *OF_TRANSCRIPTION,
    "media_kind",
    "state",
    "reason",
    "duration_seconds",
    "heard_until_seconds",
    "wall_seconds",
    "attempt_count",
    "created_at",
    "finished_at",
]
METADATA = b"lectern"
# A row group: what is held at once of a recording of many hours.
ROWS_AT_ONCE = 500


class BrokenTranscriptError(Exception):
    """An object that is no transcript of ours."""

    permanent = True


@dataclass(frozen=True)
class Archived:
    """A transcript as the lake has it: columns of its row, and of each of its segments in order."""

    video_id: str
    values: dict[str, Any]
    segments: list[dict[str, Any]]


def key_for(transcription: Transcription, *, finished_at: datetime) -> str:
    """Return the lake key of a transcript; `finished_at` is in UTC, its day the partition.

    The digest in it covers the recording too: two of one video may be heard on one day.
    """
    day = finished_at.date().isoformat()
    digest = hashlib.sha256(f"{transcription.media_sha256} {transcription.digest}".encode()).hexdigest()
    return f"{FOLDER}/dt={day}/{transcription.video.video_id}-{digest}.parquet"


def write(transcription: Transcription, *, key: str) -> None:
    """Write every stored segment of a transcription under a key: gated ones too, and all as they were heard."""
    names = (*OF_SEGMENT, "heard_text", "heard_words")
    segments = transcription.segments.order_by("position").values(*names).iterator(chunk_size=ROWS_AT_ONCE)
    lake().save(key, ContentFile(_encode(transcription, (_as_heard(**segment) for segment in segments))))


def encode_shown(transcription: Transcription) -> bytes:
    """Return a transcript as it is read downstream, in the same schema: what is trusted of it, as corrected."""
    segments = Segment.objects.trusted().filter(transcription=transcription).order_by("position")
    return _encode(transcription, segments.values(*OF_SEGMENT).iterator(chunk_size=ROWS_AT_ONCE))


def _encode(transcription: Transcription, segments: Iterable[dict[str, Any]]) -> bytes:
    shared = {"video_id": transcription.video.video_id}
    shared |= {name: getattr(transcription, name) for name in OF_TRANSCRIPTION}
    told = shared | {name: getattr(transcription, name) for name in OF_HEARING}
    metadata = {METADATA: json.dumps(told, default=datetime.isoformat).encode()}
    rows = (shared | segment for segment in segments)
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, SCHEMA.with_metadata(metadata)) as writer:
        while held := list(islice(rows, ROWS_AT_ONCE)):
            writer.write_batch(pa.RecordBatch.from_pylist(held, schema=SCHEMA))
    return sink.getvalue()


def _as_heard(*, heard_text: str, heard_words: list[Any], **segment: Any) -> dict[str, Any]:
    if segment["gate_reason"] == NOT_SAID:
        segment["gate_reason"] = ""
    return segment | ({"text": heard_text, "words": heard_words} if heard_text else {})


def read(key: str) -> Archived:
    """Return what an object holds. Raises BrokenTranscriptError."""
    with lake().open(key) as stored:
        content = stored.read()
    try:
        table = pq.read_table(io.BytesIO(content))
        told = json.loads((table.schema.metadata or {})[METADATA])
        values = {name: told[name] for name in OF_HEARING}
        values |= {name: datetime.fromisoformat(told[name]) for name in ("created_at", "finished_at")}
        segments = table.drop_columns(["video_id", *OF_TRANSCRIPTION]).to_pylist()
    except (pa.ArrowException, ValueError, KeyError) as error:
        raise BrokenTranscriptError(f"no transcript of Lectern: {error!r}") from None
    return Archived(told["video_id"], values, segments)


def archive_ended() -> int:
    """Write what has ended without a transcript, such as silence, into the lake too; return how many that were."""
    ended = Transcription.objects.retained().ended().filter(lake_key="").exclude(state=State.NO_AUDIO)
    return sum(_archive(pk) for pk in list(ended.values_list("pk", flat=True)))


@transaction.atomic
def _archive(pk: int) -> bool:
    rows = Transcription.objects.retained().ended().filter(pk=pk, lake_key="", finished_at__isnull=False)
    row = rows.select_for_update(of=("self",)).select_related("video").first()
    if row is None or row.finished_at is None:
        return False
    row.lake_key = key_for(row, finished_at=row.finished_at)
    row.save(update_fields=["lake_key"])
    write(row, key=row.lake_key)
    return True


def delete(key: str) -> None:
    """Delete an object; an empty key and one that is gone already are fine."""
    if key:
        lake().delete(key)

"""Finished transcripts in the lake, one Parquet object each."""

import io
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.base import ContentFile

from ingestion.lake import lake
from transcripts.models import Transcription

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
        ("start_seconds", pa.float64()),
        ("end_seconds", pa.float64()),
        ("average_log_probability", pa.float64()),
        ("no_speech_probability", pa.float64()),
        ("compression_ratio", pa.float64()),
        ("words", pa.list_(WORD)),
    ]
)
OF_TRANSCRIPTION = ["media_sha256", "digest", "engine", "model", "language"]


def key_for(transcription: Transcription, *, finished_at: datetime) -> str:
    """Return the lake key of a transcript; `finished_at` is in UTC, its day the partition."""
    day = finished_at.date().isoformat()
    return f"transcripts/dt={day}/{transcription.video.video_id}-{transcription.digest}.parquet"


def write(transcription: Transcription, *, key: str) -> None:
    """Write every stored segment of a transcription, gated ones too, under a key."""
    shared = {"video_id": transcription.video.video_id}
    shared |= {name: getattr(transcription, name) for name in OF_TRANSCRIPTION}
    own_names = [name for name in SCHEMA.names if name not in shared]
    rows = [shared | row for row in transcription.segments.order_by("position").values(*own_names)]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), sink)
    lake().save(key, ContentFile(sink.getvalue()))


def delete(key: str) -> None:
    """Delete an object; an empty key and one that is gone already are fine."""
    if key:
        lake().delete(key)

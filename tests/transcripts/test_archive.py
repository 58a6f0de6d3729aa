import io
import re
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from ingestion.lake import lake
from tests.transcripts import factories
from transcripts import archive
from transcripts.models import Segment


@pytest.mark.django_db
def test_a_transcript_is_one_object_of_the_day_it_was_finished():
    row = factories.make_transcription(factories.make_captions(factories.make_video()), language="en")
    word = {"start_seconds": 1.0, "end_seconds": 1.5, "text": "table", "probability": 0.9}
    for position, gate_reason in enumerate(["", "no_speech"]):
        Segment.objects.create(
            transcription=row,
            position=position,
            text="table",
            gate_reason=gate_reason,
            start_seconds=1,
            end_seconds=2,
            words=[word],
        )
    key = archive.key_for(row, finished_at=datetime(2026, 11, 23, 23, 59, tzinfo=UTC))
    archive.write(row, key=key)
    assert re.fullmatch(r"transcripts/dt=2026-11-23/lecture-01-[0-9a-f]{64}\.parquet", key)
    with lake().open(key) as stored:
        rows = pq.read_table(stored).to_pylist()
    assert [row["gate_reason"] for row in rows] == ["", "no_speech"]
    assert rows[0]["words"] == [word]
    assert rows[0]["video_id"] == "lecture-01"


@pytest.mark.django_db
def test_a_long_transcript_is_written_in_groups_of_rows(monkeypatch):
    monkeypatch.setattr(archive, "ROWS_AT_ONCE", 2)
    row = factories.make_transcription(factories.make_captions(factories.make_video()), language="en")
    assert pq.read_table(io.BytesIO(archive.encode_shown(row))).num_rows == 0
    for position in range(5):
        Segment.objects.create(transcription=row, position=position, text="x", start_seconds=1, end_seconds=2)
    stored = pq.ParquetFile(io.BytesIO(archive.encode_shown(row)))
    assert (stored.num_row_groups, stored.read()["position"].to_pylist()) == (3, [0, 1, 2, 3, 4])

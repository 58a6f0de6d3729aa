import io
import json
import re

import pytest
import webvtt
from drf_spectacular.generators import SchemaGenerator
from pyarrow import parquet

from ingestion.lake import lake
from tests.transcripts import pages
from transcripts import archive, exports

pytestmark = pytest.mark.django_db

HOSTILE = "a --> b & <i>x</i> <script>alert(1)</script> 1 < 2\n\nnext WEBVTT"
AS_READ = "a --> b & <i>x</i> <script>alert(1)</script> 1 < 2 next WEBVTT"


def heard(said, **video):
    return pages.make_heard(pages.make_lecture(**video), said)


def read_vtt(text):
    return list(webvtt.from_buffer(io.StringIO(text)))


def test_captions_are_valid_webvtt_with_every_trusted_segment():
    row = heard([(0.0, 4.0, "One."), (3600.5, 3723.0456, "Two."), (3724, 3725, "doubted", "no_speech")])
    captions = read_vtt(exports.write(row, "vtt"))
    assert [(each.start, each.end, each.text) for each in captions] == [
        ("00:00:00.000", "00:00:04.000", "One."),
        ("01:00:00.500", "01:02:03.046", "Two."),
    ]


def test_webvtt_escapes_what_a_player_takes_for_markup_or_times():
    text = exports.write(heard([(0, 1, HOSTILE), (1, 2, "Two.")]), "vtt")
    escaped = "a --&gt; b &amp; &lt;i&gt;x&lt;/i&gt; &lt;script&gt;alert(1)&lt;/script&gt; 1 &lt; 2 next WEBVTT"
    assert escaped in text
    assert text.count("-->") == 2
    assert len(read_vtt(text)) == 2


def test_subrip_holds_no_markup_and_no_second_arrow():
    text = exports.write(heard([(0, 1, HOSTILE), (61.25, 62, "Two.")]), "srt")
    assert text.count("-->") == 2
    assert not re.search(r"<[A-Za-z/!]", text)
    assert "1 < 2" in text
    assert text.endswith("2\n00:01:01,250 --> 00:01:02,000\nTwo.\n")


def test_text_is_a_line_a_segment():
    text = exports.write(heard([(0, 1, HOSTILE), (3725, 3726, "Two.")]), "txt")
    assert text == f"[00:00] {AS_READ}\n[62:05] Two.\n"


def test_json_holds_times_and_words():
    row = heard([(0, 1.5, "Naïve “é” 大学")], title="Über")
    read = json.loads(exports.write(row, "json"))
    assert (read["video_id"], read["title"], read["language"]) == ("lecture-01", "Über", "en")
    assert read["segments"] == [
        {
            "start_seconds": 0,
            "end_seconds": 1.5,
            "text": "Naïve “é” 大学",
            "words": [{"start_seconds": 0, "end_seconds": 1.5, "text": "Naïve “é” 大学", "probability": 0.9}],
        }
    ]


def test_parquet_is_what_is_trusted_in_the_schema_of_the_lake():
    row = heard([(0, 1.5, "One."), (2, 3, "doubted", "no_speech")])
    row.segments.filter(position=0).update(text="Won.", heard_text="One.")
    archive.write(row, key="transcripts/one.parquet")
    table = parquet.read_table(io.BytesIO(exports.write(row, "parquet")))
    with lake().open("transcripts/one.parquet") as stored:
        kept = parquet.read_table(io.BytesIO(stored.read()))
    assert table.schema.equals(kept.schema)
    assert table.column("text").to_pylist() == ["Won."]
    assert kept.column("text").to_pylist() == ["One.", "doubted"]
    assert table.to_pylist()[0]["words"][0]["probability"] == 0.9


def test_the_api_documents_every_column_of_it():
    described = SchemaGenerator().get_schema(public=True)["paths"]["/api/v1/videos/{video_id}/transcript.{kind}"]
    assert [name for name in archive.SCHEMA.names if name not in described["get"]["description"]] == []


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ([(5, 5, "x")], "00:00:06.000"),
        ([(5, 5.0004, "x")], "00:00:06.000"),
        ([(5, 5, "x"), (5.25, 7, "y")], "00:00:05.250"),
        ([(5, 5, "x"), (5, 7, "y")], "00:00:06.000"),
        ([(5, 5, "x"), (5.0002, 7, "y")], "00:00:05.001"),
    ],
)
def test_a_segment_without_length_is_given_one(said, end):
    first, *_ = read_vtt(exports.write(heard(said), "vtt"))
    assert (first.start, first.end) == ("00:00:05.000", end)


def test_a_transcript_of_more_than_99_hours_keeps_its_times():
    text = exports.write(heard([(360_000.0, 360_001.0, "Late.")]), "vtt")
    assert "100:00:00.000 --> 100:00:01.000" in text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Star Schemas: Facts", "star-schemas-facts.vtt"),
        ("../../etc/passwd", "etcpasswd.vtt"),
        ('"\r\nSet-Cookie: a=b', "set-cookie-ab.vtt"),
        ("数据 🎓 \u202eabc", "数据-abc.vtt"),
        ("🎓🎓", "lecture--x.vtt"),
        ("", "lecture--x.vtt"),
        ("a" * 500, "a" * exports.LONGEST_NAME + ".vtt"),
    ],
)
def test_a_file_name_is_safe_whatever_the_title(title, name):
    assert exports.name_file(heard([], video_id="-x", title=title), "vtt") == name

import json
from datetime import UTC, datetime
from io import StringIO

import pyarrow
import pytest
from django.core.management import CommandError, call_command
from pyarrow import parquet

from ingestion import contracts, lake, services, sources
from ingestion.models import (
    Availability,
    IngestionRun,
    MediaFile,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    Video,
)
from ingestion.sources import archive
from ingestion.sources.archive import ArchivedTranscripts, ArchivedVideos

LIKES_OF_YANNIC_KILCHER = 346_272


def write_videos(folder, *rows, name="video_details"):
    folder.mkdir(parents=True, exist_ok=True)
    known = {"video_id": "abcdefghijk", "channel_title": "A channel", "title": "A lecture", "description": ""}
    parquet.write_table(pyarrow.Table.from_pylist([known | row for row in rows]), folder / f"{name}.parquet")


def write_transcript(folder, text, *, name="output-1"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"data": json.dumps({"value": text})}))
    return path


def list_transcripts(folder, **videos):
    rows = [f"{name}.json,{video_id}" for name, video_id in videos.items()]
    (folder / archive.LISTING).write_text("\n".join(["transcript_file,video_id", *rows]), encoding="utf-8-sig")


def read_videos(folder):
    source = ArchivedVideos(folder)
    (path,) = source.files()
    return source.read_file(path)


def read_transcripts(folder):
    """The pages of a folder, each with its captions' text while they are there."""
    return [
        (page, [media.path.read_text() for media in page.media]) for page in ArchivedTranscripts(folder).read()
    ]


def test_a_row_becomes_what_the_api_would_have_said(tmp_path):
    write_videos(
        tmp_path,
        {
            "published_at": "2020-07-26T13:00:23Z",
            "view_count": "35821",
            "like_count": "0",
            "comment_count": None,
            "favorite_count": "",
            "duration": "PT39M12S",
            "definition": "hd",
            "caption": "false",
            "tags": ["ai", "dqn"],
        },
    )
    (record,) = read_videos(tmp_path).records
    channel_id = record.payload["snippet"].pop("channelId")
    assert channel_id.startswith("archive-")
    assert record.payload == {
        "kind": "youtube#video",
        "id": "abcdefghijk",
        "snippet": {
            "publishedAt": "2020-07-26T13:00:23Z",
            "title": "A lecture",
            "description": "",
            "channelTitle": "A channel",
            "tags": ["ai", "dqn"],
        },
        "contentDetails": {"duration": "PT39M12S", "definition": "hd", "caption": "false"},
        "statistics": {"viewCount": "35821", "likeCount": "0"},
    }


def test_an_archive_that_knows_its_channels_keeps_their_ids_and_numbers_become_text(tmp_path):
    write_videos(tmp_path, {"channel_id": "UCreal", "view_count": 7})
    (record,) = read_videos(tmp_path).records
    assert record.payload["snippet"]["channelId"] == "UCreal"
    assert record.payload["statistics"] == {"viewCount": "7"}


def test_a_broken_row_is_refused_and_its_neighbours_land(tmp_path):
    write_videos(tmp_path, {"view_count": "many"}, {"video_id": "-good000000"}, {"video_id": None})
    page = read_videos(tmp_path)
    assert [record.video_id for record in page.records] == ["-good000000"]
    assert [rejection.reason.split(":")[0] for rejection in page.rejections] == ["statistics.viewCount", "id"]


def test_the_archive_was_seen_on_the_day_of_its_folder_else_at_its_files_time(tmp_path):
    write_videos(tmp_path / "2023-06-24", {})
    assert read_videos(tmp_path).observed_at == datetime(2023, 6, 24, tzinfo=UTC)
    assert read_videos(tmp_path / "2023-06-24").observed_at == datetime(2023, 6, 24, tzinfo=UTC)
    write_videos(tmp_path / "undated", {})
    source = ArchivedVideos(tmp_path / "undated")
    (path,) = source.files()
    assert source.read_file(path).observed_at == sources.modified_at(path)


def test_other_tables_are_passed_over_and_torn_files_refused(tmp_path):
    parquet.write_table(pyarrow.table({"channelTitle": ["A"], "video_id": ["b"]}), tmp_path / "mart.parquet")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 and no more")
    page = read_videos(tmp_path)
    (rejection,) = page.rejections
    assert rejection.reason.startswith("not Parquet: ")
    assert rejection.payload.startswith("torn.parquet, sha256 ")


def test_a_transcript_lands_as_segments_and_as_captions_of_its_video(tmp_path):
    write_transcript(tmp_path / "transcriptions", "3719.0 Is a < b & c?3720.163720.16 --> Yes.3725.007")
    list_transcripts(tmp_path, **{"output-1": "-bcdefghijk"})
    ((page, (captions,)),) = read_transcripts(tmp_path)
    (record,) = page.records
    assert (page.kind, record.external_id, record.video_id) == ("transcript", "output-1", "-bcdefghijk")
    assert record.payload == {
        "id": "output-1",
        "video_id": "-bcdefghijk",
        "segments": [
            {"start": 3719.0, "end": 3720.16, "text": "Is a < b & c?"},
            {"start": 3720.16, "end": 3725.007, "text": "--> Yes."},
        ],
    }
    assert captions == (
        "WEBVTT\n\n01:01:59.000 --> 01:02:00.160\nIs a &lt; b &amp; c?\n\n"
        "01:02:00.160 --> 01:02:05.007\n--&gt; Yes.\n"
    )
    assert page.notes == ()


def test_a_transcript_of_no_video_lands_without_one_and_is_told_of(tmp_path):
    write_transcript(tmp_path, "0.0 Alone.6.16")
    ((page, captions),) = read_transcripts(tmp_path)
    assert [record.video_id for record in page.records] == [""]
    assert captions == []
    assert page.notes == ("no list says which video it is of: see transcript_to_video.csv",)


def test_a_listed_id_that_is_none_counts_as_no_video(tmp_path):
    write_transcript(tmp_path, "0.0 Alone.6.16")
    list_transcripts(tmp_path, **{"output-1": "../../etc/passwd"})
    ((page, _),) = read_transcripts(tmp_path)
    assert page.records[0].video_id == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "data.value: it is no text"),
        ('{"data": "{"}', "not JSON"),
        ('{"data": 5}', "data.value: it is no text"),
        ('{"data": "{\\"value\\": 5}"}', "data.value: it is no text"),
        ('{"data": {"value": "0.0 No end"}}', "it does not end with a time"),
        ('{"data": {"value": "0.0 \\u0000 6.0"}}', "holds a null character"),
    ],
)
def test_a_broken_transcript_is_refused_with_all_that_a_replay_needs(tmp_path, text, reason):
    (tmp_path / "output-1.json").write_text(text)
    list_transcripts(tmp_path, **{"output-1": "abcdefghijk"})
    ((page, _),) = read_transcripts(tmp_path)
    (rejection,) = page.rejections
    assert rejection.reason.startswith(reason)
    assert contracts.parse(rejection.payload) == {"id": "output-1", "video_id": "abcdefghijk", "text": text}
    again = ArchivedTranscripts.read_text(rejection.payload, location="x", observed_at=page.observed_at)
    assert again.rejections == page.rejections


@pytest.mark.django_db
def test_a_folder_without_an_archive_says_what_was_looked_for(tmp_path):
    with pytest.raises(CommandError, match=r"neither details of videos \(\*.parquet\) nor glued transcripts"):
        call_command("ingest", str(tmp_path), source="archive")


def test_an_archive_is_no_folder_of_replies(tmp_path):
    write_videos(tmp_path, {})
    with pytest.raises(sources.SourceError, match="holds neither info files"):
        sources.at(tmp_path)


@pytest.mark.django_db
def test_captions_of_a_video_that_nothing_else_knows_land_with_it(tmp_path):
    write_transcript(tmp_path, "0.0 Hello.6.16")
    list_transcripts(tmp_path, **{"output-1": "abcdefghijk"})
    services.ingest_folder(folder=tmp_path, group=archive.GROUP)
    media = MediaFile.objects.get()
    assert (media.video.video_id, media.kind, media.language) == ("abcdefghijk", "captions", "")
    with lake.lake().open(media.lake_key) as stored:
        assert stored.read().startswith(b"WEBVTT")


@pytest.mark.django_db
def test_a_removed_video_is_withheld_with_its_transcript(tmp_path):
    Video.objects.create(
        video_id="abcdefghijk", availability=Availability.REMOVED, removed_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    write_videos(tmp_path, {})
    write_transcript(tmp_path, "0.0 Hello.6.16")
    list_transcripts(tmp_path, **{"output-1": "abcdefghijk"})
    runs = services.ingest_folder(folder=tmp_path, group=archive.GROUP)
    assert [run.withheld_count for run in runs] == [1, 1]
    assert not RawRecord.objects.exists()
    assert not MediaFile.objects.exists()


@pytest.mark.django_db
def test_the_whole_archive_lands_once(shared_data):
    def ingest():
        output, notes = StringIO(), StringIO()
        folder = shared_data / "channel_archive"
        call_command("ingest", str(folder), source="archive", json=True, stdout=output, stderr=notes)
        return json.loads(output.getvalue()), notes.getvalue()

    (videos, transcripts), notes = ingest()
    assert (videos["source"], videos["record_count"]) == ("youtube_api", 509)
    assert (transcripts["source"], transcripts["record_count"], transcripts["media_count"]) == ("archive", 20, 16)
    assert notes.count("no list says which video it is of") == 4
    assert not RawRejectedRecord.objects.exists()
    assert Video.objects.count() == 509
    assert MediaFile.objects.filter(kind="captions").values("video").distinct().count() == 16

    again, _ = ingest()
    assert {
        name: [run[name] for run in again] for name in ("record_count", "observation_count", "media_count")
    } == {
        "record_count": [0, 0],
        "observation_count": [0, 0],
        "media_count": [0, 0],
    }
    assert (RawRecord.objects.count(), RawObservation.objects.count(), IngestionRun.objects.count()) == (
        529,
        529,
        4,
    )

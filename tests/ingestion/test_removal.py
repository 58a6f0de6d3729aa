import gzip
import json
from datetime import UTC, datetime

import pytest

from ingestion import landing, removal, services
from ingestion.lake import FolderStorage, lake
from ingestion.models import (
    Availability,
    Course,
    MediaFile,
    Purge,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    Video,
)
from tests.ingestion import folders
from tests.ingestion.test_services import lake_lines

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def landed(tmp_path):
    """Two videos by info file and reply, one of them with audio."""
    folder = tmp_path / "in"
    folders.write_info(folder, folders.info(), audio=b"speech")
    folders.write_reply(folder / "2026-11-14", folders.video(), folders.video("the-other-1"))
    services.ingest_folder(folder=folder)
    return folder


def remove():
    removal.remove_video(video_id="abcdefghijk", reason="on request", now=NOW)
    return removal.withdraw_removed()


def test_a_removed_video_leaves_a_tombstone_alone(landed, lake_dir):
    assert remove() > 0
    video = Video.objects.get(video_id="abcdefghijk")
    assert (video.availability, video.title, video.removed_at) == (Availability.REMOVED, "", NOW)
    assert not Course.objects.get().videos.exists()
    assert not MediaFile.objects.exists()
    assert {record.video_id for record in RawRecord.objects.all()} == {"the-other-1"}
    assert [line["video_id"] for line in lake_lines(lake_dir)] == ["the-other-1"]
    left = [path.read_bytes() for path in lake_dir.rglob("*") if path.is_file()]
    assert not any(b"speech" in each or b"Lecture abcdefghijk" in each for each in left)


def test_ingesting_again_does_not_bring_it_back(landed, lake_dir):
    remove()
    lines = lake_lines(lake_dir)
    runs = services.ingest_folder(folder=landed)
    assert [run.withheld_count for run in runs] == [1, 1]
    assert not RawRecord.objects.filter(video_id="abcdefghijk").exists()
    assert not MediaFile.objects.exists()
    assert Video.objects.get(video_id="abcdefghijk").title == ""
    assert lake_lines(lake_dir) == lines


def test_removing_again_changes_nothing(landed):
    row_count = remove()
    assert remove() == 0
    assert RawObservation.objects.count() == 1
    purge = Purge.objects.get()
    assert (purge.video_id, purge.reason, purge.row_count) == ("abcdefghijk", "on request", row_count)


def test_a_finished_removal_costs_the_lake_nothing_more(landed, monkeypatch):
    remove()
    monkeypatch.setattr(FolderStorage, "list_objects", lambda self, folder: 1 / 0)
    monkeypatch.setattr(FolderStorage, "save", lambda self, name, content: 1 / 0)
    assert removal.withdraw_removed() == 0


def test_what_comes_of_a_removed_video_later_goes_too(landed):
    remove()
    RawRecord.objects.filter(video_id="the-other-1").update(video_id="abcdefghijk")
    assert removal.withdraw_removed() > 0
    assert not RawRecord.objects.exists()
    assert Purge.objects.count() == 2


def test_videos_of_one_object_are_purged_together(landed, lake_dir, monkeypatch):
    rewritten = []
    write_lines = landing.write_lines
    monkeypatch.setattr(
        landing, "write_lines", lambda key, lines: rewritten.append(key) or write_lines(key, lines)
    )
    folders.write_reply(landed / "2026-11-15", *(folders.video(f"video-{number}") for number in range(9)))
    services.ingest_folder(folder=landed)
    rewritten.clear()
    for number in range(1, 9):
        removal.remove_video(video_id=f"video-{number}", reason="on request", now=NOW)
    removal.withdraw_removed()
    assert len(rewritten) == 1
    assert {line["video_id"] for line in lake_lines(lake_dir)} == {"abcdefghijk", "the-other-1", "video-0"}


def test_odd_line_ends_in_a_payload_survive_a_rewrite(landed, lake_dir):
    title = "line\u2028separator\x85next\x0bline"
    folders.write_reply(landed / "2026-11-15", folders.video(), folders.video("the-odd-one", note=title))
    services.ingest_folder(folder=landed)
    remove()
    notes = [line["payload"].get("note") for line in lake_lines(lake_dir)]
    assert title in notes


def test_a_removal_that_died_goes_on(landed, lake_dir, monkeypatch):
    removal.remove_video(video_id="abcdefghijk", reason="on request", now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "delete", lambda self, name: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            removal.withdraw_removed()
    assert len(lake_lines(lake_dir)) > 1
    removal.withdraw_removed()
    assert [line["video_id"] for line in lake_lines(lake_dir)] == ["the-other-1"]
    assert not MediaFile.objects.exists()


def test_audio_of_a_pull_that_died_goes_too(landed, lake_dir):
    (lake_dir / "audio" / "abcdefghijk" / "without-a-row.opus").write_bytes(b"speech")
    remove()
    assert not list((lake_dir / "audio" / "abcdefghijk").iterdir())


def test_refusals_of_a_removed_video_go_and_those_of_others_stay(landed):
    folders.write_info(landed / "a", {"id": "abcdefghijk"}, name="abcdefghijk")
    folders.write_info(landed / "b", {"id": "other", "note": "beside abcdefghijk"}, name="other")
    services.ingest_folder(folder=landed)
    remove()
    services.ingest_folder(folder=landed)
    assert [rejected.video_id for rejected in RawRejectedRecord.objects.all()] == ["other"]


def test_an_unknown_video_is_named():
    with pytest.raises(removal.UnknownVideoError, match="No video nobody is known here"):
        removal.remove_video(video_id="nobody", reason="", now=NOW)


def test_a_bucket_is_purged_as_a_folder_is(bucket, landed):
    before = {found.key for found in lake().list_objects("")}
    assert any(key.startswith("audio/abcdefghijk/") for key in before)
    remove()
    left = {found.key: found for found in lake().list_objects("")}
    assert not [key for key in left if "abcdefghijk" in key and not key.startswith("tombstones/")]
    lines = [
        json.loads(line)
        for key in left
        if key.startswith("raw/")
        for line in gzip.decompress(lake().open(key).read()).splitlines()
    ]
    assert [line["video_id"] for line in lines] == ["the-other-1"]

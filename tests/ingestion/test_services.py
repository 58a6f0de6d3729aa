import gzip
import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DataError, connection

from ingestion import catalogue, landing, locks, services
from ingestion.lake import lake
from ingestion.models import (
    Availability,
    Course,
    IngestionRun,
    MediaFile,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    RunState,
    Video,
)
from tests.ingestion import folders

pytestmark = pytest.mark.django_db


def lake_lines(lake_dir):
    """All lines of all raw objects."""
    return [
        json.loads(line)
        for path in sorted(lake_dir.rglob("*.jsonl.gz"))
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]


def counts():
    models = (RawRecord, RawObservation, RawRejectedRecord, Video, Course, MediaFile)
    return {model.__name__: model.objects.count() for model in models}


def test_a_folder_lands_in_rows_lake_and_catalogue(tmp_path, lake_dir):
    folders.write_info(tmp_path / "in", folders.info(), audio=b"speech")
    (run,) = services.ingest_folder(folder=tmp_path / "in")
    assert (run.state, run.record_count, run.observation_count, run.media_count) == ("done", 1, 1, 1)
    video = Video.objects.get()
    assert (video.title, video.is_on_youtube) == ("Lecture abcdefghijk", True)
    assert list(Course.objects.get().videos.all()) == [video]
    assert [line["video_id"] for line in lake_lines(lake_dir)] == ["abcdefghijk"]
    with lake().open(MediaFile.objects.get().lake_key) as stored:
        assert stored.read() == b"speech"


def test_landing_again_changes_nothing(tmp_path, lake_dir):
    folders.write_info(tmp_path / "in", folders.info(), audio=b"speech")
    folders.write_reply(tmp_path / "in" / "2026-11-14", folders.video(), {"kind": "youtube#video", "id": "?"})
    services.ingest_folder(folder=tmp_path / "in")
    before, lines = counts(), lake_lines(lake_dir)
    services.ingest_folder(folder=tmp_path / "in")
    assert counts() == before
    assert lake_lines(lake_dir) == lines


def test_a_quiet_day_is_still_a_sighting(tmp_path):
    for day in ("2026-11-14", "2026-11-15"):
        folders.write_reply(tmp_path / day, folders.video())
    services.ingest_folder(folder=tmp_path)
    assert (RawRecord.objects.count(), RawObservation.objects.count()) == (1, 2)


def test_a_run_that_dies_leaves_no_half_page_and_is_taken_up_again(tmp_path, lake_dir, monkeypatch):
    for name in ("a", "b", "c"):
        folders.write_info(tmp_path / "in", folders.info(f"video-{name}"))
    land_page, landed = landing.land_page, []

    def die_at_the_second(page, **options):
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT page")
            result = land_page(page, **options)
            if len(landed) == 1:
                cursor.execute("ROLLBACK TO page")
                raise OSError(28, "No space left on device")
        landed.append(page)
        return result

    monkeypatch.setattr(landing, "land_page", die_at_the_second)
    with pytest.raises(OSError):
        services.ingest_folder(folder=tmp_path / "in")
    run = IngestionRun.objects.get()
    assert (run.state, "No space left" in run.error, run.record_count) == (RunState.FAILED, True, 1)

    monkeypatch.undo()
    services.ingest_folder(folder=tmp_path / "in")
    run.refresh_from_db()
    assert (run.state, run.record_count, RawRecord.objects.count()) == (RunState.DONE, 3, 3)
    assert len(lake_lines(lake_dir)) == 3


def test_a_private_item_tells_the_videos_availability_and_keeps_its_title(tmp_path):
    item = {
        "kind": "youtube#playlistItem",
        "id": "item",
        "snippet": {"title": "Private video", "thumbnails": {}, "resourceId": {"videoId": "abcdefghijk"}},
    }
    folders.write_reply(tmp_path / "2026-11-14", folders.video())
    folders.write_reply(tmp_path / "2026-11-15", item)
    services.ingest_folder(folder=tmp_path)
    video = Video.objects.get()
    assert (video.availability, video.title) == (Availability.PRIVATE, "Lecture abcdefghijk")


def test_an_old_sighting_does_not_undo_a_newer_one(tmp_path):
    folders.write_reply(tmp_path / "a" / "2026-11-15", folders.video(snippet={"title": "new"}))
    folders.write_reply(tmp_path / "b" / "2026-11-14", folders.video(snippet={"title": "old"}))
    services.ingest_folder(folder=tmp_path / "a")
    services.ingest_folder(folder=tmp_path / "b")
    assert Video.objects.get().title == "new"


@pytest.mark.parametrize(("extractor", "is_on_youtube"), [("youtube", True), ("generic", False)])
def test_only_the_info_file_says_where_a_video_plays(tmp_path, extractor, is_on_youtube):
    folders.write_info(tmp_path, folders.info(extractor=extractor))
    folders.write_reply(tmp_path / "2026-11-15", folders.video())
    services.ingest_folder(folder=tmp_path)
    assert Video.objects.get().is_on_youtube is is_on_youtube


def test_videos_without_a_playlist_form_the_course_of_their_folder(tmp_path):
    folders.write_info(tmp_path / "physics", folders.info(playlist_id=None, playlist_title=None))
    services.ingest_folder(folder=tmp_path)
    assert Course.objects.get().title == "physics"


def test_no_payload_writes_a_tombstone(tmp_path):
    folders.write_info(tmp_path, folders.info(availability="removed"))
    services.ingest_folder(folder=tmp_path)
    assert Video.objects.get().availability == Availability.PUBLIC


def test_a_course_is_heard_in_the_language_of_its_info_files(tmp_path):
    folders.write_info(tmp_path, folders.info(language="de"))
    services.ingest_folder(folder=tmp_path)
    assert Course.objects.get().language == "de"


def test_a_title_that_steers_a_terminal_is_made_safe(tmp_path):
    folders.write_info(tmp_path, folders.info(title="\x1b[2JLecture 👩\u200d🏫"))
    services.ingest_folder(folder=tmp_path)
    assert Video.objects.get().title == "[2JLecture 👩\u200d🏫"


def test_a_page_the_database_cannot_keep_is_refused_and_the_next_lands(tmp_path, monkeypatch):
    for name in ("a", "b"):
        folders.write_info(tmp_path, folders.info(f"video-{name}"))
    keep = catalogue.keep_sightings

    def choke(records, **options):
        if any(record.video_id == "video-a" for record in records):
            raise DataError("value too long")
        keep(records, **options)

    monkeypatch.setattr(catalogue, "keep_sightings", choke)
    (run,) = services.ingest_folder(folder=tmp_path)
    assert (run.state, run.record_count, run.rejected_count) == ("done", 1, 1)
    assert RawRejectedRecord.objects.get().reason == "value too long"


def test_a_named_course_wins(tmp_path):
    folders.write_info(tmp_path, folders.info())
    services.ingest_folder(folder=tmp_path, course_title="Class of 2026")
    assert Course.objects.get().title == "Class of 2026"


def test_real_info_files_land(shared_data):
    (run,) = services.ingest_folder(folder=shared_data / "yt_dlp_info")
    assert (run.record_count, run.rejected_count, Video.objects.count()) == (6, 0, 6)


def test_the_recorded_replies_land_or_say_why_not(shared_data):
    (run,) = services.ingest_folder(folder=shared_data / "youtube_api")
    assert run.state == RunState.DONE
    assert RawObservation.objects.count() > 350
    assert {row.reason for row in RawRejectedRecord.objects.all()} == {
        "the API refused: 404 channelNotFound",
        "the API refused: 400 missingRequiredParameter",
        "the API refused: 403 SERVICE_UNAVAILABLE",
        "kind: Field required",
    }


@pytest.mark.django_db(transaction=True)
def test_a_folder_being_read_is_not_read_twice_at_once(tmp_path):
    import psycopg
    from django.conf import settings

    folders.write_info(tmp_path, folders.info())
    key = locks.key_of(f"yt_dlp {tmp_path.resolve()}")
    database = connection.settings_dict
    with psycopg.connect(
        dbname=database["NAME"], user=database["USER"], **settings.DATABASES["default"]["OPTIONS"]
    ) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [key])
        with pytest.raises(locks.AlreadyRunningError):
            services.ingest_folder(folder=tmp_path)


def test_a_folder_of_broken_payloads_fails_as_often_as_it_is_read(tmp_path):
    (tmp_path / "broken.json").write_text("{")
    for _ in range(2):
        with pytest.raises(CommandError, match="Nothing here could land"):
            call_command("ingest", str(tmp_path), stderr=io.StringIO(), stdout=io.StringIO())
    assert RawRejectedRecord.objects.count() == 1


def test_what_was_refused_of_a_file_is_told_once_a_reason_with_the_videos(tmp_path):
    broken = [folders.video(f"broken{number:05}", statistics={"viewCount": 7}) for number in range(7)]
    folders.write_reply(tmp_path, folders.video(), *broken, {"kind": "youtube#video", "etag": "e"})
    (tmp_path / "whole.json").write_text("{")
    err = io.StringIO()
    call_command("ingest", str(tmp_path), stderr=err, stdout=io.StringIO())
    told = [line for line in err.getvalue().splitlines() if line.startswith("rejected")]
    named = ", ".join(f"broken{number:05}" for number in range(5))
    assert len(told) == 3
    assert told[0].startswith(f"rejected videos.json, {named} and 2 more: ")
    assert told[1] == "rejected videos.json, 1 payload: id: Field required"
    assert told[2].startswith("rejected whole.json: ")


@pytest.mark.parametrize("number", [7, 2**70])
def test_a_payload_has_one_text_whatever_its_numbers_and_order(number):
    text = landing.write_payload({"b": "é\u2028", "a": [number, 0.5, None]})
    assert text == f'{{"a":[{number},0.5,null],"b":"é\u2028"}}'

import json
from datetime import UTC, datetime
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ingestion import landing, locks, rejected, services
from ingestion.models import (
    Availability,
    Course,
    IngestionRun,
    MediaFile,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    Video,
)
from ingestion.sources import archive
from tests.ingestion import folders

pytestmark = pytest.mark.django_db

SEEN_AT = datetime(2026, 11, 14, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 26, tzinfo=UTC)
COUNT = "criticalDataElement: true}"


@pytest.fixture
def loosen(change_contracts):
    """Let the counts of a video be anything."""

    def change():
        change_contracts("youtube_api.video", "likeCount, logicalType: integer, physicalType: string", "likeCount")

    return change


def refuse(tmp_path, *items):
    """Ingest videos of which one is refused for its likes."""
    odd = folders.video("odd", statistics={"viewCount": "1", "likeCount": 5})
    folders.write_reply(tmp_path / "2026-11-14T0600Z", folders.video("good"), odd, *items)
    services.ingest_folder(folder=tmp_path, course_title="A course")
    assert list(RawRecord.objects.values_list("external_id", flat=True)) == ["good"]


def replay(clock=lambda: LATER):
    return rejected.replay_rejected(clock=clock)


def test_what_is_refused_still_waits_on(tmp_path):
    refuse(tmp_path)
    assert replay() == rejected.Outcome(given_count=1, landed_count=0, refused_count=1)
    row = RawRejectedRecord.objects.get()
    assert (row.replayed_at, row.observed_at) == (None, SEEN_AT)
    assert IngestionRun.objects.count() == 1


def test_a_payload_that_passes_by_now_lands_as_seen_when_it_was(tmp_path, loosen):
    refuse(tmp_path)
    loosen()
    assert replay() == rejected.Outcome(given_count=1, landed_count=1, refused_count=0)
    observation = RawObservation.objects.get(record__external_id="odd")
    assert observation.observed_at == SEEN_AT
    assert observation.record.fetched_at == LATER
    assert observation.lake_key.startswith("raw/youtube_api/video/dt=2026-11-14/")
    assert Video.objects.filter(video_id="odd").exists()
    assert RawRejectedRecord.objects.get().replayed_at == LATER
    run = observation.run
    assert (run.location, run.state, run.record_count) == (rejected.LOCATION, "done", 1)


def test_a_second_replay_and_a_second_ingest_change_nothing(tmp_path, loosen):
    refuse(tmp_path)
    loosen()
    replay()
    counts = [model.objects.count() for model in (RawRecord, RawObservation, RawRejectedRecord, IngestionRun)]
    assert replay() == rejected.Outcome()
    assert counts == [
        model.objects.count() for model in (RawRecord, RawObservation, RawRejectedRecord, IngestionRun)
    ]
    (run,) = services.ingest_folder(folder=tmp_path)
    assert (run.record_count, run.observation_count, run.rejected_count) == (0, 0, 0)


def test_a_payload_that_landed_meanwhile_lands_no_second_time(tmp_path, loosen):
    refuse(tmp_path)
    loosen()
    services.ingest_folder(folder=tmp_path)
    assert replay().landed_count == 1
    assert RawRecord.objects.filter(external_id="odd").count() == 1
    assert RawObservation.objects.filter(record__external_id="odd").count() == 1


def test_a_replay_that_dies_lands_nothing_by_half_and_goes_on(tmp_path, loosen, monkeypatch):
    other = folders.video("other", statistics={"likeCount": 6})
    refuse(tmp_path, other)
    loosen()
    count_page, counted = services.count_page, []

    def die_at_the_second(run, landed, **options):
        counted.append(landed)
        if len(counted) == 2:
            raise KeyboardInterrupt
        count_page(run, landed, **options)

    with monkeypatch.context() as patch:
        patch.setattr(services, "count_page", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            replay()
    assert RawRecord.objects.count() == 2
    assert replay() == rejected.Outcome(given_count=1, landed_count=1, refused_count=0)
    assert RawRecord.objects.count() == RawObservation.objects.count() == 3
    run = IngestionRun.objects.get(location=rejected.LOCATION)
    assert (run.state, run.record_count, run.object_count) == ("done", 2, 2)
    assert len(set(RawObservation.objects.values_list("lake_key", flat=True))) == 3


def test_two_replays_at_once_are_refused(tmp_path, settings):
    refuse(tmp_path)
    names = connection.settings_dict
    with psycopg.connect(
        dbname=names["NAME"], user=names["USER"], **settings.DATABASES["default"]["OPTIONS"]
    ) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [locks.key_of(rejected.LOCATION)])
        with pytest.raises(locks.AlreadyRunningError):
            replay()


def test_todays_reason_is_kept(tmp_path):
    refuse(tmp_path)
    RawRejectedRecord.objects.update(reason="an old one")
    replay()
    assert RawRejectedRecord.objects.get().reason == "statistics.likeCount: Input should be a valid string"


def test_a_whole_file_lands_with_what_is_still_refused_of_it_refused_alone(tmp_path):
    text = json.dumps({"items": [folders.video("good"), folders.video("odd", etag=5)]})
    run = IngestionRun.objects.create(source="youtube_api", location="x")
    RawRejectedRecord.objects.create(
        run=run, source="youtube_api", location="x", contract="youtube_api", reason="old", payload=text
    )
    assert replay().landed_count == 1
    assert RawRecord.objects.get().external_id == "good"
    left = RawRejectedRecord.objects.get(replayed_at=None)
    assert (left.contract, left.video_id) == ("youtube_api.video", "odd")
    assert (
        RawObservation.objects.get().observed_at == RawRejectedRecord.objects.exclude(pk=left.pk).get().rejected_at
    )


def test_a_payload_that_lands_without_a_value_is_refused_still(tmp_path, change_contracts):
    change_contracts("youtube_api.video", "columns, value: evolve", "columns, value: discard_value")
    folders.write_reply(tmp_path, folders.video(surprise=1))
    services.ingest_folder(folder=tmp_path)
    assert "surprise" not in RawRecord.objects.get().payload
    assert replay() == rejected.Outcome(given_count=1, landed_count=0, refused_count=1)
    change_contracts("youtube_api.video", "columns, value: discard_value", "columns, value: evolve")
    assert replay().landed_count == 1
    assert RawRecord.objects.filter(payload__surprise=1).count() == 1


def test_what_landed_after_all_and_is_refused_again_waits_again(tmp_path, change_contracts):
    change_contracts("youtube_api.video", "columns, value: evolve", "columns, value: discard_row")
    folders.write_reply(tmp_path, folders.video(surprise=1))
    services.ingest_folder(folder=tmp_path)
    change_contracts("youtube_api.video", "columns, value: discard_row", "columns, value: evolve")
    replay()
    assert not RawRejectedRecord.objects.filter(replayed_at=None).exists()
    change_contracts("youtube_api.video", "columns, value: evolve", "columns, value: discard_row")
    services.ingest_folder(folder=tmp_path)
    assert RawRejectedRecord.objects.filter(replayed_at=None).count() == 1


def test_an_info_file_that_passes_by_now_joins_its_course(tmp_path, change_contracts):
    folder = tmp_path / "lectures"
    folders.write_info(folder, folders.info(playlist_title=5), audio=b"speech")
    services.ingest_folder(folder=folder)
    assert not RawRecord.objects.exists()
    RawRejectedRecord.objects.update(payload=json.dumps(folders.info()))
    assert replay().landed_count == 1
    assert Course.objects.get().title == "A course"
    assert not MediaFile.objects.exists()
    services.ingest_folder(folder=folder)


def test_a_transcript_that_passes_by_now_belongs_to_its_video(tmp_path):
    (tmp_path / "output-1.json").write_text(json.dumps({"data": {"value": "0.0 Hello."}}))
    (tmp_path / archive.LISTING).write_text("transcript_file,video_id\noutput-1.json,abcdefghijk\n")
    services.ingest_folder(folder=tmp_path, group=archive.GROUP)
    row = RawRejectedRecord.objects.get()
    assert row.reason == "it does not end with a time"
    RawRejectedRecord.objects.update(payload=row.payload.replace("Hello.", "Hello.6.16"))
    assert replay().landed_count == 1
    assert RawRecord.objects.get().video_id == "abcdefghijk"


def test_what_the_database_cannot_keep_waits_with_its_reason(tmp_path, loosen, monkeypatch):
    refuse(tmp_path)
    loosen()
    monkeypatch.setattr(landing, "INSERT_RECORDS", "select 'x', 'y', 1 / 0")
    assert replay().refused_count == 1
    assert RawRejectedRecord.objects.get().reason == "division by zero"


def test_the_payload_of_a_removed_video_does_not_land(tmp_path, loosen):
    refuse(tmp_path)
    loosen()
    Video.objects.create(video_id="odd", availability=Availability.REMOVED, removed_at=LATER)
    assert replay().refused_count == 1
    assert RawRejectedRecord.objects.get().reason == rejected.REMOVED


def test_a_payload_whose_source_is_switched_off_waits(tmp_path, loosen):
    refuse(tmp_path)
    loosen()
    RawRejectedRecord.objects.update(source="elsewhere")
    assert replay() == rejected.Outcome(given_count=1, landed_count=0, refused_count=1)


def test_the_command_counts(tmp_path, loosen):
    refuse(tmp_path)
    loosen()
    output = StringIO()
    call_command("replay_rejected", json=True, stdout=output)
    assert json.loads(output.getvalue()) == {"given_count": 1, "landed_count": 1, "refused_count": 0}
    output = StringIO()
    call_command("replay_rejected", stdout=output)
    assert output.getvalue() == "0 judged, 0 landed, 0 still refused\n"


def test_the_command_waits_for_nobody(monkeypatch):
    def refuse_lock(**options):
        raise locks.AlreadyRunningError("Another process is at it: wait for it to end.")

    monkeypatch.setattr(rejected, "replay_rejected", refuse_lock)
    with pytest.raises(CommandError, match="wait for it to end"):
        call_command("replay_rejected")

"""The lake alone brings back everything that is read downstream."""

import gzip
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError

import ingestion.sample_course
from ingestion import course_archive, landing, removal
from ingestion import services as ingesting
from ingestion.lake import lake
from ingestion.models import Course, IngestionRun, MediaFile, RawObservation, Subscription, Video
from ingestion.sources import archive as archive_source
from tests.config.replays import build, kept, lose_database, run_replay
from tests.ingestion import folders
from tests.transcripts import factories
from transcripts import archive, claims, correction_lake, corrections
from transcripts import replay as replay_of_transcripts
from transcripts import services as hearing
from transcripts.audio import UnreadableAudioError
from transcripts.models import Correction, Segment, State, Transcription
from warehouse import services as warehouse

pytestmark = pytest.mark.django_db

SAMPLE = Path(ingestion.sample_course.__file__).parent
TOLD_OF_ENDED = ("media_sha256", "finished_at", "created_at", "mean_log_probability")


def hear_all():
    hearing.plan_transcriptions()
    for pk in hearing.find_next():
        hearing.run_transcription(transcription_id=pk)
    archive.archive_ended()


def correct_something():
    """Correct one segment twice, and undo it in another."""
    first, second, *_rest = Segment.objects.filter(transcription__is_preferred=True).order_by("pk")
    teacher = User.objects.create_user("tina")
    for segment, texts in ((first, ("One two tree.", "Won, two three.")), (second, ("Other.", second.text))):
        for version, text in enumerate(texts):
            corrections.correct_segment(segment_id=segment.pk, text=text, version=version, user=teacher)
    correction_lake.archive_corrections()


@pytest.fixture
def fake(settings):
    """A transcriber that needs no model."""
    from tests.transcripts.conftest import FakeTranscriber
    from transcripts import transcribers

    backend = {"BACKEND": f"{FakeTranscriber.__module__}.FakeTranscriber"}
    settings.TRANSCRIBERS = settings.TRANSCRIBERS | {"fake": backend}
    settings.TRANSCRIBER = "fake"
    transcribers.get.cache_clear()
    yield transcribers.get("fake")
    transcribers.get.cache_clear()


@pytest.fixture
def landed(tmp_path, fake):
    """The sample course, heard; a video with two totals of one moment; one that was removed."""
    ingesting.ingest_folder(folder=SAMPLE)
    odd = tmp_path / "odd"
    folders.write_info(odd, folders.info("-dashed-id1", title="line\u2028separator"), audio=b"speech")
    folders.write_reply(odd / "2026-11-14", folders.video("-dashed-id1"), folders.video("to-be-gone1"))
    folders.write_reply(odd / "2026-11-15", folders.video("-dashed-id1", statistics={"viewCount": "12"}))
    folders.write_reply(
        odd / "2026-11-15", folders.video("-dashed-id1", statistics={"viewCount": "11"}), name="later"
    )
    for minute in range(0, 180, 20):
        told = folders.video("-dashed-id1", statistics={"viewCount": f"{20 + minute}"})
        folders.write_reply(odd / f"2026-11-17T{6 + minute // 60:02}{minute % 60:02}Z", told)
    gone = {"snippet": {"title": "Private video", "thumbnails": {}, "resourceId": {"videoId": "now-private"}}}
    folders.write_reply(odd / "2026-11-16", {"kind": "youtube#playlistItem", "id": "item"} | gone, name="items")
    ingesting.ingest_folder(folder=odd)
    hear_all()
    correct_something()
    removal.remove_video(video_id="to-be-gone1", reason="on request", now=datetime.now(tz=UTC))
    hearing.withdraw_removed()
    removal.withdraw_removed()
    course_archive.archive_courses()
    return odd


def test_everything_comes_back_and_marts_are_the_same_row_for_row(each_lake, landed):
    before, marts = kept(), build()
    assert all(marts.values()) and all(before.values())
    lose_database()
    counts = run_replay()
    assert counts["unreadable"] == 0
    assert kept() == before
    assert build() == marts


def test_a_second_replay_changes_nothing(landed):
    lose_database()
    run_replay()
    once, marts = kept(), build()
    runs = list(IngestionRun.objects.order_by("pk").values())
    run_replay()
    assert (kept(), list(IngestionRun.objects.order_by("pk").values())) == (once, runs)
    assert sum(load.changed_count for load in warehouse.build_warehouse()) == 0
    assert build() == marts


def test_a_replay_into_a_database_that_is_not_empty_says_what_it_held(landed):
    def replay():
        err = io.StringIO()
        call_command("ingest", replay=True, stdout=io.StringIO(), stderr=err)
        return err.getvalue()

    held = RawObservation.objects.count() + MediaFile.objects.count()
    assert f"it held {held} already, and the lake holds nothing" in replay()
    MediaFile.objects.all().delete()
    assert "more came from the lake" in replay()
    lose_database()
    assert "not empty" not in replay()


def test_a_replay_into_the_database_that_wrote_the_lake_changes_nothing(landed):
    before, runs = kept(), IngestionRun.objects.count()
    run_replay()
    assert kept() == before
    assert IngestionRun.objects.count() == runs


@pytest.mark.parametrize("dies_at", [0, 1, 7, 20])
def test_a_replay_that_died_goes_on(landed, monkeypatch, dies_at):
    before, marts = kept(), build()
    lose_database()
    land, count = landing.land_page, iter(range(1000))

    def land_or_die(*arguments, **options):
        if next(count) == dies_at:
            raise KeyboardInterrupt
        return land(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(landing, "land_page", land_or_die)
        with pytest.raises(KeyboardInterrupt):
            run_replay()
    assert RawObservation.objects.values("lake_key").distinct().count() == dies_at
    run_replay()
    assert kept() == before
    assert build() == marts


def test_what_a_run_that_goes_on_has_not_committed_is_left_to_it(landed):
    before = kept()
    observation = RawObservation.objects.order_by("pk").first()
    with lake().open(observation.lake_key) as stored:
        content = gzip.decompress(stored.read()).replace(b'"observed_at": "20', b'"observed_at": "19')
    run = IngestionRun.objects.create(
        source="youtube_api", location="interrupted", started_at=datetime.now(tz=UTC)
    )
    key = f"raw/yt_dlp/info/dt=2026-11-14/{run.lake_name}-000001.jsonl.gz"
    lake().save(key, ContentFile(gzip.compress(content)))
    run_replay()
    assert kept() == before
    IngestionRun.objects.filter(pk=run.pk).update(state="done")
    run_replay()
    assert kept() != before


def test_corrections_come_back_with_all_their_versions(landed):
    lose_database()
    run_replay()
    shown = Segment.objects.filter(correction__isnull=False).order_by("pk")
    assert [(segment.text, segment.version) for segment in shown] == [("Won, two three.", 2)]
    assert shown[0].words[0]["probability"] is None
    assert shown[0].words[1]["probability"] == 0.9


def test_a_correction_that_cannot_be_kept_is_named_and_the_others_come_back(landed):
    count = Correction.objects.count()
    folder = f"{correction_lake.FOLDER}/-other-vid1"
    with lake().open(Correction.objects.first().lake_key) as stored:
        told = json.loads(stored.read())
    lake().save(f"{folder}/x-000001.json", ContentFile(json.dumps(told | {"text": "a\0b"}).encode()))
    lose_database()
    factories.make_video("-other-vid1")
    err = io.StringIO()
    with pytest.raises(CommandError, match="could not be brought back"):
        call_command("ingest", replay=True, stderr=err)
    assert folder in err.getvalue()
    assert Correction.objects.count() == count > 0


def test_what_was_removed_is_not_brought_back_even_where_its_payload_lies_about(landed):
    (observation,) = RawObservation.objects.filter(record__external_id="-dashed-id1", record__kind="info")
    with lake().open(observation.lake_key) as stored:
        content = stored.read()
    removal.remove_video(video_id="-dashed-id1", reason="on request", now=datetime.now(tz=UTC))
    removal.withdraw_removed()
    marts = build()
    lake().save(observation.lake_key, ContentFile(content))
    lose_database()
    run_replay()
    video = Video.objects.get(video_id="-dashed-id1")
    assert (video.removal_reason, video.title) == ("on request", "")
    assert not RawObservation.objects.filter(record__video_id="-dashed-id1").exists()
    assert build() == marts


def test_an_object_that_cannot_be_read_is_named_and_the_others_come_back(landed, capsys):
    count = RawObservation.objects.values("lake_key").distinct().count()
    keys = [
        f"raw/yt_dlp/info/dt=2026-11-14/20200101T000000-00000001-00000{number}.jsonl.gz" for number in range(1, 5)
    ]
    with lake().open(RawObservation.objects.first().lake_key) as stored:
        whole = stored.read()
    for key, content in zip(keys, [b"", b"no gzip", whole[:-20], whole + b"more"], strict=True):
        lake().save(key, ContentFile(content))
    lake().save("transcripts/dt=2026-11-14/a-b.parquet", ContentFile(b"PAR1"))
    lose_database()
    err = io.StringIO()
    with pytest.raises(CommandError, match="could not be brought back"):
        call_command("ingest", replay=True, stderr=err)
    named = err.getvalue()
    assert [key for key in keys if key in named] == keys[1:]
    assert "a-b.parquet: no transcript of Lectern" in named
    assert RawObservation.objects.values("lake_key").distinct().count() == count


@pytest.mark.parametrize(
    ("arranged", "said"), [("landed", "build_warehouse"), ("lake_dir", "The lake holds nothing")]
)
def test_it_says_what_to_do_next_or_that_nothing_is_there(request, arranged, said):
    request.getfixturevalue(arranged)
    lose_database()
    out = io.StringIO()
    call_command("ingest", replay=True, stdout=out)
    assert said in out.getvalue()


def test_a_broken_tombstone_stops_everything(landed):
    lake().save("tombstones/x.json", ContentFile(b"{}"))
    lose_database()
    with pytest.raises(CommandError, match="tombstones/x.json is no tombstone"):
        run_replay()
    assert not RawObservation.objects.exists()


def test_of_a_page_that_was_written_twice_the_one_that_was_landed_comes_back(landed, lake_dir):
    observation = RawObservation.objects.order_by("pk").first()
    before = kept()
    twin = observation.lake_key.replace(f"dt={observation.observed_at:%Y-%m-%d}", "dt=2020-01-01")
    source = lake_dir / observation.lake_key
    content = gzip.decompress(source.read_bytes()).replace(b'"observed_at": "20', b'"observed_at": "19')
    lake().save(twin, ContentFile(gzip.compress(content)))
    os.utime(lake_dir / twin, (1, 1))
    lose_database()
    run_replay()
    assert kept() == before


def test_every_end_of_a_hearing_comes_back(fake, monkeypatch):
    def make(name, sound):
        video = factories.make_video(name)
        factories.make_media(video, sound)
        return video

    silent, broken, dying, twice = (make(f"lecture-{n}", b"sound %d" % n) for n in range(4))
    texts, listen = fake.texts, fake.listen
    hearing.plan_transcriptions()
    by_video = {row.video_id: row.pk for row in Transcription.objects.all()}
    hearing.run_transcription(transcription_id=by_video[twice.pk])
    monkeypatch.setattr(fake, "texts", ["♪"])
    hearing.run_transcription(transcription_id=by_video[silent.pk])
    monkeypatch.setattr(fake, "texts", texts)

    def refuse(path, *, language, from_seconds, terms):
        raise UnreadableAudioError("The file is empty.")

    monkeypatch.setattr(fake, "listen", refuse)
    hearing.run_transcription(transcription_id=by_video[broken.pk])
    monkeypatch.setattr(fake, "listen", listen)
    Transcription.objects.filter(pk=by_video[dying.pk]).update(attempt_count=claims.MOST_ATTEMPTS)
    hearing.run_transcription(transcription_id=by_video[dying.pk])
    factories.make_media(twice, b"other sound")
    hear_all()
    before = kept()
    assert sorted(Transcription.objects.values_list("state", flat=True)) == [
        "done", "done", "failed", "no_speech", "unreadable_audio"
    ]  # fmt: skip
    ended = set(Transcription.objects.values_list(*TOLD_OF_ENDED))
    lose_database()
    replay_of_transcripts.replay_transcripts()
    assert not Transcription.objects.exists(), "nothing is known of their videos"
    for video in (silent, broken, dying, twice):
        factories.make_video(video.video_id)
    replay_of_transcripts.replay_transcripts()
    assert Transcription.objects.filter(state=State.NO_AUDIO).delete()[0] == 4, "no media was brought back"
    assert kept()["transcriptions"] == before["transcriptions"]
    assert kept()["segments"] == before["segments"]
    assert set(Transcription.objects.values_list(*TOLD_OF_ENDED)) == ended


def test_what_a_worker_has_planned_meanwhile_is_not_heard_again(landed, fake, monkeypatch):
    before = kept()
    lose_database()
    monkeypatch.setattr(settings, "REPLAYS", settings.REPLAYS[:1])
    run_replay()
    hearing.plan_transcriptions()
    running = Transcription.objects.filter(media_kind="audio").first()
    claims.take(transcription_id=running.pk)
    replay_of_transcripts.replay_transcripts()
    running.refresh_from_db()
    assert running.state == State.RUNNING
    Transcription.objects.filter(pk=running.pk).update(lease_expires_at=datetime.now(tz=UTC) - timedelta(1))
    replay_of_transcripts.replay_transcripts()
    assert kept()["transcriptions"] == before["transcriptions"]


def test_courses_come_back_with_what_they_follow():
    course = Course.objects.create(title="Statistics", glossary="grain", access="code", join_code="ABC")
    course.videos.create(video_id="kept-video1")
    Subscription.objects.create(
        course=course, kind="channel", reference="@stats", every=timedelta(hours=6), published_since="2026-01-02"
    )
    day = datetime(2026, 11, 14, tzinfo=UTC)
    assert course_archive.archive_courses(clock=lambda: day)
    assert not course_archive.archive_courses(clock=lambda: day + timedelta(1))
    lose_database()
    assert not course_archive.archive_courses(clock=lambda: day + timedelta(2)), "an empty database hides nothing"
    Video.objects.create(video_id="kept-video1")
    assert course_archive.restore_courses() == 1
    assert course_archive.restore_courses() == 0
    course = Course.objects.get()
    assert (course.glossary, course.access, course.join_code) == ("grain", "code", "ABC")
    assert [video.video_id for video in course.videos.all()] == ["kept-video1"]
    subscription = course.subscriptions.get()
    assert (subscription.reference, subscription.every) == ("@stats", timedelta(hours=6))
    assert f"{subscription.published_since}" == "2026-01-02"


def test_real_payloads_make_the_same_marts_again(shared_data, fake):
    for folder in ("youtube_api", "yt_dlp_info"):
        ingesting.ingest_folder(folder=shared_data / folder)
    ingesting.ingest_folder(folder=shared_data / "channel_archive", group=archive_source.GROUP)
    hear_all()
    course_archive.archive_courses()
    before, marts = kept(), build()
    lose_database()
    run_replay()
    assert kept() == before
    assert build() == marts

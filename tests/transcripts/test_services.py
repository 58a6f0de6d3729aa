from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from ingestion.lake import lake
from ingestion.models import MediaFile
from tests.transcripts import factories
from transcripts import claims, services
from transcripts.audio import UnreadableAudioError
from transcripts.models import Segment, State, Transcription
from transcripts.transcribers import NotReadyError

pytestmark = pytest.mark.django_db


class Death(BaseException):
    """What no code has a chance to answer."""


@pytest.fixture
def video(fake):
    video = factories.make_video()
    factories.make_media(video, b"sound")
    services.plan_transcriptions()
    return video


@pytest.fixture
def row(video):
    return Transcription.objects.get(video=video)


def run(row):
    services.run_transcription(transcription_id=row.pk)
    row.refresh_from_db()


def objects():
    folder = lake().path("transcripts")
    return sorted(str(path.relative_to(folder)) for path in _files(folder))


def _files(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_it_stores_what_is_heard_and_writes_one_object(row):
    reached = []
    services.run_transcription(transcription_id=row.pk, on_heard=reached.append)
    row.refresh_from_db()
    assert (row.state, row.is_preferred, row.language) == (State.DONE, True, "en")
    assert row.duration_seconds == 20
    assert row.heard_until_seconds == reached[-1] == 20
    assert [s.text for s in row.segments.order_by("position")] == ["One two three.", "Four five six."]
    assert [f"transcripts/{name}" for name in objects()] == [row.lake_key]


def test_a_second_run_changes_nothing(row):
    run(row)
    before = list(Segment.objects.values_list("pk", flat=True))
    run(row)
    assert list(Segment.objects.values_list("pk", flat=True)) == before
    assert row.attempt_count == 1


def lose_weights(position):
    raise NotReadyError("The weights are gone.")


def test_a_recording_waits_for_an_engine_that_is_not_ready(row, fake):
    other = factories.make_video("other")
    factories.make_media(other, b"other sound")
    services.plan_transcriptions()
    fake.at_segment = lose_weights
    for _ in range(claims.MOST_ATTEMPTS + 1):
        run(row)
        assert (row.state, row.reason) == (State.PENDING, "The weights are gone.")
        assert services.find_next() == []
        assert services.transcription_progress().obstacle == "The weights are gone."
        Transcription.objects.filter(pk=row.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert len(services.find_next()) == 2
    fake.at_segment = lambda position: None
    run(row)
    assert (row.state, row.reason) == (State.DONE, "")
    assert services.transcription_progress().obstacle == ""


def test_what_failed_with_other_settings_is_no_failure_of_today(row):
    Transcription.objects.update(state=State.FAILED)
    progress = services.transcription_progress()
    assert (progress.done_count, progress.total_count, progress.failed_count) == (1, 1, 1)
    Transcription.objects.update(digest="of other settings")
    progress = services.transcription_progress()
    assert (progress.done_count, progress.total_count, progress.failed_count) == (0, 1, 0)


SAID = ["One two three.", *["Thank you."] * 5, "Seven eight nine."]


def segments_of(row):
    rows = Segment.objects.filter(transcription=row).order_by("position").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


@pytest.mark.parametrize("moment", range(1, len(SAID)))
def test_after_a_death_it_goes_on_from_the_last_cut_as_if_nothing_had_happened(row, fake, monkeypatch, moment):
    def die(position):
        if position == moment:
            raise Death

    monkeypatch.setattr(fake, "texts", SAID)
    run(row)
    undisturbed = segments_of(row)
    assert "repeated_segment" in {segment["gate_reason"] for segment in undisturbed}
    services.transcribe_again(transcription_id=row.pk)
    fake.at_segment = die
    with pytest.raises(Death):
        run(row)
    assert Segment.objects.count() == moment
    heard_again = []
    fake.at_segment = heard_again.append
    Transcription.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    run(row)
    fake.at_segment = lambda position: None
    assert heard_again == list(range(moment, len(SAID)))
    assert (row.state, row.attempt_count, row.gate_memory) == (State.DONE, 2, {})
    assert segments_of(row) == undisturbed


def test_deaths_are_forgotten_once_another_piece_is_stored(row, fake, monkeypatch):
    def die(position):
        if position == Segment.objects.count() == Transcription.objects.get().attempt_count:
            raise Death

    monkeypatch.setattr(fake, "texts", SAID)
    fake.at_segment = die
    for _ in SAID[1:]:
        with pytest.raises(Death):
            run(row)
        Transcription.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    run(row)
    fake.at_segment = lambda position: None
    assert (row.state, row.segments.count(), row.attempt_count) == (State.DONE, len(SAID), len(SAID))


def test_after_a_death_the_recordings_language_stands(row, fake, monkeypatch):
    def die(position):
        if position == 1:
            raise Death

    MediaFile.objects.update(language="")
    fake.at_segment = die
    with pytest.raises(Death):
        run(row)
    fake.at_segment, listen = lambda position: None, fake.listen
    monkeypatch.setattr(fake, "listen", lambda path, **known: replace(listen(path, **known), language="pt"))
    Transcription.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    run(row)
    assert (row.state, row.language) == (State.DONE, "en")


def test_a_death_after_the_last_cut_leaves_nothing_to_be_heard(row, fake, monkeypatch):
    def die(*arguments, **options):
        raise Death

    with monkeypatch.context() as patch, pytest.raises(Death):
        patch.setattr(services.archive, "write", die)
        run(row)
    Transcription.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    fake.at_segment = die
    run(row)
    fake.at_segment = lambda position: None
    assert (row.state, row.segments.count(), row.duration_seconds) == (State.DONE, 2, 20)


def test_what_breaks_off_in_the_middle_leaves_no_half_of_it(row, fake):
    def break_off(position):
        if position == 1:
            raise UnreadableAudioError("The file cannot be decoded: it ends too early.")

    fake.at_segment = break_off
    run(row)
    fake.at_segment = lambda position: None
    assert (row.state, row.segments.count()) == (State.UNREADABLE_AUDIO, 0)


def test_a_rerun_on_another_day_leaves_one_object(row):
    run(row)
    old_key = f"transcripts/dt=2020-01-01/lecture-01-{row.digest}.parquet"
    with lake().open(row.lake_key) as stored:
        lake().save(old_key, stored)
    lake().delete(row.lake_key)
    Transcription.objects.update(state=State.PENDING, lake_key=old_key)
    run(row)
    assert [key for key in objects() if "2020" in key] == []
    assert len(objects()) == 1


def test_what_goes_wrong_is_tried_again_and_then_failed_with_the_reason(row, fake):
    def break_down(position):
        raise RuntimeError("out of memory")

    fake.at_segment = break_down
    for _ in range(claims.MOST_ATTEMPTS - 1):
        with pytest.raises(RuntimeError):
            run(row)
        row.refresh_from_db()
        assert row.state == State.PENDING
    run(row)
    fake.at_segment = lambda position: None
    assert (row.state, row.reason) == (State.FAILED, "RuntimeError: out of memory")


def test_unreadable_audio_is_an_end_state(row, fake, monkeypatch):
    def refuse(path, **options):
        raise UnreadableAudioError("The file is empty.")

    monkeypatch.setattr(fake, "listen", refuse)
    run(row)
    assert (row.state, row.reason) == (State.UNREADABLE_AUDIO, "The file is empty.")


def test_what_is_gated_is_kept_and_without_more_there_is_no_speech(row, fake, monkeypatch):
    monkeypatch.setattr(fake, "texts", ["♪", "..."])
    run(row)
    assert row.state == State.NO_SPEECH
    assert list(row.segments.values_list("gate_reason", flat=True)) == ["no_words", "no_words"]
    assert objects() == []


def test_audio_that_left_the_lake_ends_as_failed(row):
    lake().delete(row.video.media_files.get().lake_key)
    run(row)
    assert (row.state, row.reason) == (State.FAILED, "The file to be heard is no longer in the lake.")


def test_changed_settings_do_not_pass_for_the_old_ones_and_it_is_planned_anew(row):
    Transcription.objects.update(digest="of other settings")
    services.run_transcription(transcription_id=row.pk)
    assert not Transcription.objects.exists()
    assert services.plan_transcriptions() == 1


def test_a_lake_without_local_paths_is_copied_from(row, settings):
    settings.STORAGES = settings.STORAGES | {"lake": {"BACKEND": f"{InMemoryStorage.__module__}.InMemoryStorage"}}
    factories.make_media(factories.make_video("other"), b"other sound")
    run(row)
    assert row.reason == "The file to be heard is no longer in the lake."
    services.plan_transcriptions()
    other = Transcription.objects.get(video__video_id="other")
    run(other)
    assert other.state == State.DONE
    assert lake().exists(other.lake_key)


def test_a_bucket_is_heard_from_and_written_to(bucket, fake, monkeypatch):
    heard = []
    listen = fake.listen
    monkeypatch.setattr(
        fake, "listen", lambda path, **options: heard.append(path.read_bytes()) or listen(path, **options)
    )
    video = factories.make_video()
    factories.make_media(video, b"sound")
    services.plan_transcriptions()
    row = Transcription.objects.get()
    run(row)
    assert (row.state, heard) == (State.DONE, [b"sound"])
    assert lake().exists(row.lake_key)
    factories.remove(video)
    services.withdraw_removed()
    assert not lake().exists(row.lake_key)


def test_speech_recognition_is_preferred_to_captions(video, row):
    factories.make_captions(video)
    services.plan_transcriptions()
    captions = Transcription.objects.get(engine="captions")
    run(captions)
    assert captions.is_preferred
    run(row)
    captions.refresh_from_db()
    assert (row.is_preferred, captions.is_preferred) == (True, False)
    assert row.caption_agreement is not None


def test_newer_audio_takes_the_preference(video, row):
    run(row)
    factories.make_media(video, b"newer sound")
    services.plan_transcriptions()
    newer = Transcription.objects.exclude(pk=row.pk).get()
    run(newer)
    row.refresh_from_db()
    assert (newer.is_preferred, row.is_preferred) == (True, False)


def test_transcribing_again_gives_the_preference_away_until_it_is_done(video, row):
    run(row)
    services.transcribe_again(transcription_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.is_preferred, row.attempt_count) == (State.PENDING, False, 0)
    run(row)
    assert (row.state, row.is_preferred, row.segments.count()) == (State.DONE, True, 2)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"state": State.PENDING}, "not ended yet"),
        ({"state": State.NO_AUDIO}, "no audio"),
        ({"digest": "of other settings"}, "other settings than today's"),
        ({"engine": "telepathy"}, "no transcriber 'telepathy'"),
    ],
)
def test_what_would_not_come_out_again_is_not_sent_back(row, values, reason):
    run(row)
    Transcription.objects.update(**values)
    before = Transcription.objects.values().get()
    with pytest.raises(services.NotRepeatableError, match=reason):
        services.transcribe_again(transcription_id=row.pk)
    assert Transcription.objects.values().get() == before
    assert row.segments.count() == 2


def test_a_video_removed_while_it_is_heard_leaves_nothing(row, fake):
    fake.at_segment = lambda position: factories.remove(row.video)
    services.run_transcription(transcription_id=row.pk)
    fake.at_segment = lambda position: None
    assert not Transcription.objects.exists()
    assert not Segment.objects.exists()
    assert objects() == []


def test_a_video_removed_after_its_object_was_written_leaves_nothing(row, monkeypatch):
    write = services.archive.write

    def write_then_remove(transcription, *, key):
        write(transcription, key=key)
        factories.remove(row.video)

    monkeypatch.setattr(services.archive, "write", write_then_remove)
    services.run_transcription(transcription_id=row.pk)
    assert not Transcription.objects.exists()
    assert objects() == []


def test_it_withdraws_rows_and_objects_of_removed_videos(video, row):
    run(row)
    assert services.withdraw_removed() == 0
    factories.remove(video)
    assert services.withdraw_removed() == 1
    assert services.withdraw_removed() == 0
    assert not Segment.objects.exists()
    assert objects() == []


def test_it_withdraws_the_text_of_what_is_being_heard_and_the_row_after_the_lease(video, row):
    claims.take(transcription_id=row.pk)
    Segment.objects.create(transcription=row, position=0, text="said", start_seconds=0, end_seconds=1)
    factories.remove(video)
    assert services.withdraw_removed() == 0
    assert not Segment.objects.exists()
    Transcription.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert services.withdraw_removed() == 1


def test_progress_counts_what_is_not_even_planned(fake):
    video = factories.make_video()
    factories.make_media(video, b"sound")
    assert services.transcription_progress().total_count == 1
    services.plan_transcriptions()
    assert not services.transcription_progress().is_finished
    run(Transcription.objects.get())
    progress = services.transcription_progress()
    assert (progress.done_count, progress.total_count, progress.row_count) == (1, 1, 2)
    assert progress.failed_count == 0


def test_progress_counts_the_failed_ones_of_retained_videos(video):
    Transcription.objects.update(state=State.FAILED)
    progress = services.transcription_progress()
    assert (progress.done_count, progress.failed_count) == (1, 1)
    factories.remove(video)
    assert services.transcription_progress().failed_count == 0


def test_the_oldest_are_heard_first_and_no_more_at_once_than_agreed(fake, monkeypatch):
    monkeypatch.setattr(services, "MOST_PUBLISHED", 2)
    for name in ("one", "two", "three"):
        factories.make_media(factories.make_video(name), name.encode())
    services.plan_transcriptions()
    first, second, third = Transcription.objects.order_by("pk")
    assert services.find_next() == [first.pk, second.pk]
    run(first)
    assert services.find_next() == [second.pk, third.pk]

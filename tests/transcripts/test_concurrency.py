"""Several workers at once, on one recording or one video."""

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ingestion.lake import lake
from ingestion.models import Video
from tests.transcripts import factories, hearing
from transcripts import claims, services
from transcripts.models import Segment, State, Transcription


@pytest.mark.django_db(transaction=True)
# Python 3.12 warns of forks beside threads; the child is killed at once.
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_killed_worker_is_followed_by_another_once_its_lease_has_run_out(fake, monkeypatch, settings):
    settings.TRANSCRIPTION_LEASE_SECONDS = 0.6
    monkeypatch.setattr(fake, "texts", ["One two three.", "Four five six.", "Seven eight nine."])
    factories.make_media(factories.make_video(), b"sound")
    services.plan_transcriptions()
    row = Transcription.objects.get()
    connection.close()
    fake.at_segment = lambda position: time.sleep(60 if position == 2 else 0)
    worker = multiprocessing.get_context("fork").Process(target=_run_and_close, args=(row.pk,))
    worker.start()
    _wait(lambda: Segment.objects.exists())
    time.sleep(1)  # longer than the lease, which the worker renews
    with pytest.raises(claims.NotClaimableError):
        services.run_transcription(transcription_id=row.pk)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    worker.close()
    fake.at_segment = lambda position: None
    _wait(lambda: Transcription.objects.claimable(at=timezone.now()).exists())
    services.run_transcription(transcription_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempt_count, row.segments.count()) == (State.DONE, 2, 3)
    assert len(list(Path(lake().path("transcripts")).rglob("*.parquet"))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_recording_heard_among_three_kills_is_that_of_an_undisturbed_run(lake_dir):
    undisturbed = hearing.hear(hearing.plan(), lake=lake_dir)
    row = hearing.plan()
    assert hearing.hear(row, lake=lake_dir, kills=[0, 20, 40]) == undisturbed
    assert (row.state, row.attempt_count) == (State.DONE, 4)
    assert undisturbed[-1][3] > 70
    assert len(list(Path(lake().path("transcripts")).rglob("*.parquet"))) == 2


def _wait(is_so, *, seconds=10):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_hear_it_once(fake):
    video = factories.make_video()
    factories.make_media(video, b"sound")
    services.plan_transcriptions()
    row = Transcription.objects.get()
    started, go_on = threading.Event(), threading.Event()

    def wait(position):
        started.set()
        go_on.wait(10)

    fake.at_segment = wait
    worker = threading.Thread(target=_run_and_close, args=(row.pk,))
    worker.start()
    started.wait(10)
    with pytest.raises(claims.NotClaimableError):
        services.run_transcription(transcription_id=row.pk)
    go_on.set()
    worker.join()
    fake.at_segment = lambda position: None
    row.refresh_from_db()
    assert (row.state, row.attempt_count, row.segments.count()) == (State.DONE, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_transcribing_again_waits_for_the_video_with_nothing_in_its_hands(fake):
    video = factories.make_video()
    row = factories.make_transcription(factories.make_media(video, b"sound"), engine="fake", state=State.DONE)
    worker = threading.Thread(target=_send_back_and_close, args=(row.pk,))
    with transaction.atomic():
        Video.objects.select_for_update(no_key=True).get(pk=video.pk)
        worker.start()
        _wait(_is_anyone_waiting)
        assert Transcription.objects.select_for_update(nowait=True).get().state == State.DONE
    worker.join()
    row.refresh_from_db()
    assert row.state == State.PENDING


def _is_anyone_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def _send_back_and_close(pk):
    services.transcribe_again(transcription_id=pk)
    connection.close()


def _run_and_close(pk):
    services.run_transcription(transcription_id=pk)
    connection.close()

"""A worker killed in the middle of a download: a real process, with SIGKILL, at whatever it was doing."""

import multiprocessing
import os
import signal
import time
from datetime import timedelta

import psutil
import pytest
from django.db import connection

from ingestion.audio import claims, fetching, scratch
from ingestion.models import AudioFetch, MediaFile
from tests.emulators import media
from tests.ingestion.audio.conftest import NOON, want
from tests.ingestion.extraction.test_process import children

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Python 3.12 warns of forks beside threads; the child is killed at once.
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]


def work(video_pk):
    fetching.fetch_audio(video_id=video_pk)
    connection.close()


def start_worker(row):
    connection.close()
    worker = multiprocessing.get_context("fork").Process(target=work, args=(row.video_id,))
    worker.start()
    return worker


def kill(worker):
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    worker.close()


def wait_until(is_so, *, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def objects(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("sent", [0, 16_000, 48_000])
def test_a_worker_killed_in_mid_download_leaves_nothing_to_see_and_the_next_ends_it(
    world, clock, lake_dir, monkeypatch, sent
):
    monkeypatch.setattr(claims, "LEASE", claims.LEASE / 60)  # two seconds
    fault = media.Fault(hold_at=sent)
    world.lecture.media_faults = [fault]
    row = want(next_attempt_at=NOON - timedelta(days=365))
    worker = start_worker(row)
    assert fault.reached.wait(60)
    (process,) = children()
    kill(worker)

    psutil.wait_procs([process], timeout=60)
    assert not process.is_running()
    row.refresh_from_db()
    assert (row.state, row.attempt_count) == ("running", 1)
    assert (objects(lake_dir), MediaFile.objects.count()) == ([], 0)
    (left,) = scratch.root().iterdir()

    wait_until(lambda: fetching.find_next() == [row.video_id])
    fetching.tidy_up()
    assert not left.exists()
    fetching.fetch_audio(video_id=row.video_id)
    row.refresh_from_db()
    assert (row.state, row.attempt_count, row.failure_count) == ("done", 2, 0)
    assert (len(objects(lake_dir)), MediaFile.objects.count()) == (1, 1)
    assert objects(lake_dir)[0].read_bytes() == world.lecture.audio
    assert list(scratch.root().iterdir()) == []


def test_two_workers_at_once_fetch_it_once(world, lake_dir, settings):
    settings.YT_DLP_PARALLEL = 2
    fault = media.Fault(hold_at=16_000)
    world.lecture.media_faults = [fault]
    row = want(next_attempt_at=NOON - timedelta(days=365))
    worker = start_worker(row)
    assert fault.reached.wait(60)
    fetching.fetch_audio(video_id=row.video_id)
    assert AudioFetch.objects.get().state == "running"
    fault.go_on.set()
    worker.join()
    worker.close()
    row.refresh_from_db()
    assert (row.state, row.attempt_count, MediaFile.objects.count()) == ("done", 1, 1)
    assert len(world.site.paths("/videoplayback")) == 1


def test_a_worker_killed_while_it_lands_doubles_nothing(world, lake_dir, monkeypatch):
    from ingestion import media as media_files

    monkeypatch.setattr(claims, "LEASE", claims.LEASE / 60)
    monkeypatch.setattr("ingestion.audio.attempts.LANDING", claims.LEASE)
    landing, keep_file = multiprocessing.get_context("fork").Event(), media_files.keep_file

    def stop_after(*arguments, **options):
        keep_file(*arguments, **options)
        landing.set()
        time.sleep(60)

    monkeypatch.setattr(media_files, "keep_file", stop_after)
    row = want(next_attempt_at=NOON - timedelta(days=365))
    worker = start_worker(row)
    assert landing.wait(60)
    kill(worker)
    monkeypatch.setattr(media_files, "keep_file", keep_file)
    assert (len(objects(lake_dir)), MediaFile.objects.count()) == (1, 0)
    wait_until(lambda: fetching.find_next() == [row.video_id])
    fetching.fetch_audio(video_id=row.video_id)
    row.refresh_from_db()
    assert (row.state, row.attempt_count, MediaFile.objects.count()) == ("done", 2, 1)
    assert len(objects(lake_dir)) == 1

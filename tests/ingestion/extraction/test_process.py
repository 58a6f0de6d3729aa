"""The process itself: what it tells, and that it ends."""

import os
import signal
import subprocess
import sys
import textwrap

import psutil
import pytest
from django.conf import settings as django_settings

from ingestion.extraction import process, site
from ingestion.extraction.messages import Alive, Failed, Fetched, InfoOrder, Progress
from tests.emulators import media

LIMITS = process.Limits(whole_seconds=60)


def children():
    """The yt-dlp processes of this one."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if "ingestion.extraction.child" in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found


def collect(events):
    return [event for event in events if not isinstance(event, Alive | Progress)]


def hold(world, *, at=16_000):
    """Let the media come to a stop in the middle."""
    fault = media.Fault(hold_at=at)
    world.lecture.media_faults = [fault]
    return fault


def test_it_carries_out_an_order_and_is_gone(world, folder):
    with process.run(world.order(folder), folder=folder, limits=LIMITS) as events:
        assert collect(events) == [Fetched("audio", str(folder / "audio.webm"))]
    assert children() == []
    assert (folder / "audio.webm").read_bytes() == world.lecture.audio


def test_it_says_that_it_goes_on_while_nothing_comes(world, folder, monkeypatch):
    monkeypatch.setattr(process, "BEAT_SECONDS", 0.01)
    fault = hold(world)
    with process.run(world.order(folder), folder=folder, limits=LIMITS) as events:
        for event in events:
            if fault.reached.is_set() and event == Alive():
                break
        fault.go_on.set()
        assert [type(event) for event in collect(events)] == [Fetched]


def test_whoever_leaves_in_the_middle_leaves_no_process(world, folder):
    fault = hold(world)
    with process.run(world.order(folder), folder=folder, limits=LIMITS) as events:
        for _ in events:
            if fault.reached.is_set():
                break
        assert len(children()) == 1
    assert children() == []


def test_one_that_hangs_is_ended(world, folder, monkeypatch):
    monkeypatch.setattr(process, "BEAT_SECONDS", 0.01)
    fault = hold(world)
    now = [0.0]

    def pass_time():
        now[0] += 100 if fault.reached.is_set() else 0
        return now[0]

    limits = process.Limits(whole_seconds=10**9, silent_seconds=5000)
    with (
        pytest.raises(process.BrokenProcessError, match=r"^No word and no bytes have come for 5000 s\.$"),
        process.run(world.order(folder), folder=folder, limits=limits, monotonic=pass_time) as events,
    ):
        collect(events)
    assert children() == []


def test_one_that_takes_too_long_is_ended(world, folder, monkeypatch):
    monkeypatch.setattr(process, "BEAT_SECONDS", 0.01)
    fault = hold(world)
    now = [0.0]

    def pass_time():
        now[0] += 100 if fault.reached.is_set() else 0
        return now[0]

    limits = process.Limits(whole_seconds=5000, silent_seconds=10**9)
    with (
        pytest.raises(process.BrokenProcessError, match=r"^It was not done after 5000 s\.$"),
        process.run(world.order(folder), folder=folder, limits=limits, monotonic=pass_time) as events,
    ):
        collect(events)
    assert children() == []


def test_one_that_is_killed_is_noticed(world, folder):
    fault = hold(world)
    with (
        pytest.raises(process.BrokenProcessError, match=r"^yt-dlp ended with code -9\.$"),
        process.run(world.order(folder), folder=folder, limits=LIMITS) as events,
    ):
        for _ in events:
            if fault.reached.is_set():
                for child in children():
                    child.kill()


def test_one_that_crashes_says_with_which_error(world, folder):
    order = InfoOrder(addresses=7, access=world.access)  # what no worker orders
    with (
        pytest.raises(process.BrokenProcessError, match=r"^yt-dlp ended with code 1\. TypeError: "),
        process.run(order, folder=folder, limits=LIMITS) as events,
    ):
        collect(events)


def test_it_inherits_nothing_that_is_secret_and_leaves_its_order_alone(world, folder, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    fault = hold(world)
    with process.run(world.order(folder), folder=folder, limits=LIMITS) as events:
        for _ in events:
            if fault.reached.is_set():
                break
        (child,) = children()
        assert child.environ().keys() & {"SECRET_KEY", "HTTPS_PROXY", "DATABASE_URL"} == set()
        assert "watch?v=" not in " ".join(child.cmdline())


def test_with_its_worker_killed_it_ends_by_itself(world, folder):
    fault = hold(world)
    code = textwrap.dedent(
        f"""
        import django; django.setup()
        from pathlib import Path
        from ingestion.extraction import messages, process
        access = messages.Access(loopback="{world.site.address}")
        order = messages.AudioOrder("{world.address}", "{folder}", access)
        with process.run(order, folder=Path("{folder}"), limits=process.Limits(60)) as events:
            for event in events:
                pass
        """
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=django_settings.BASE_DIR, env=environment)
    assert fault.reached.wait(60)
    (child,) = children()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    # Sooner than the connection that it waits for is given up.
    psutil.wait_procs([child], timeout=site.SOCKET_SECONDS / 2)
    assert not child.is_running()


def test_a_failure_is_told_across(world, folder):
    world.lecture.playability = {"status": "LOGIN_REQUIRED", "reason": "Private video"}
    with process.run(world.order(folder), folder=folder, limits=LIMITS) as events:
        (failure,) = collect(events)
    assert isinstance(failure, Failed)
    assert failure.reason == "gone"

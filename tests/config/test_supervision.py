"""Children of a supervisor, on a `manage.py` of the test's own that lives, dies or will not go."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from config import supervision
from config.supervision import KeepsDyingError, Program, Supervisor

MANAGE = """
import os, signal, subprocess, sys, time
name = sys.argv[1]
if name == "die":
    sys.exit(3)
if name == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
if name == "parent":
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", os.getcwd()])
open(os.path.join(os.path.dirname(__file__), name + ".up"), "w").close()
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    """A project and a var folder of the test's own, and short patience."""
    (tmp_path / "manage.py").write_text(MANAGE)
    settings.BASE_DIR = settings.VAR_DIR = tmp_path
    monkeypatch.setattr(supervision, "FINISH_SECONDS", 1)
    monkeypatch.setattr(supervision, "INTERRUPT_SECONDS", 0.2)
    return tmp_path


def wait_until(condition, *, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def family(process):
    """A process and its descendants."""
    try:
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def test_what_dies_is_started_again_and_said(folder):
    said = []
    with Supervisor([Program("one", ("live",))], tell=said.append) as supervisor:
        (child,) = supervisor.children
        first = child.process
        wait_until((folder / "live.up").exists)
        first.kill()
        first.wait()
        wait_until(lambda: supervisor.revive() or (child.process is not None and child.process is not first))
    (sentence,) = said
    assert sentence.startswith("one was ended by SIGKILL; it starts again at once.")
    assert str(folder / "logs" / "one.log") in sentence


def test_the_pause_grows_with_every_death_in_a_row(folder, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(supervision.time, "monotonic", lambda: now[0])
    said = []
    with Supervisor([Program("one", ("die",))], tell=said.append) as supervisor:
        (child,) = supervisor.children
        for _ in range(9):
            child.process.wait()
            supervisor.revive()
            now[0] = child.starts_at
            supervisor.revive()
    pauses = [sentence.partition("starts again ")[2].partition(".")[0] for sentence in said]
    assert pauses == [
        "at once",
        "in 1 s",
        "in 2 s",
        "in 4 s",
        "in 8 s",
        "in 16 s",
        "in 32 s",
        "in 60 s",
        "in 60 s",
    ]
    assert "one ended with exit code 3, 9 times in a row" in said[-1]


def test_a_long_life_makes_up_for_earlier_deaths(folder, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(supervision.time, "monotonic", lambda: now[0])
    with Supervisor([Program("one", ("die",))], tell=lambda _: None) as supervisor:
        (child,) = supervisor.children
        for _ in range(3):
            child.process.wait()
            supervisor.revive()
            now[0] = child.starts_at
            supervisor.revive()
        assert child.death_count == 3
        now[0] += supervision.STEADY_SECONDS + 1
        child.process.wait()
        supervisor.revive()
        assert child.death_count == 1


def test_what_keeps_dying_is_given_up_where_somebody_waits_for_it(folder):
    with (
        pytest.raises(KeepsDyingError, match="one died 2 times"),
        Supervisor([Program("one", ("die",))], tell=lambda _: None, most_deaths=2) as supervisor,
    ):
        wait_until(supervisor.revive)


@pytest.mark.parametrize("name", ["live", "stubborn", "parent"])
def test_nothing_is_left_after_a_stop(folder, name):
    with Supervisor([Program("one", (name,)), Program("two", (name,))]) as supervisor:
        wait_until((folder / f"{name}.up").exists)
        left = [process for child in supervisor.children for process in family(child.process)]
    assert len(left) >= 2
    assert psutil.wait_procs(left, timeout=2)[1] == []


def test_what_a_killed_child_has_started_goes_with_it(folder):
    with Supervisor([Program("one", ("parent",))], tell=lambda _: None) as supervisor:
        wait_until((folder / "parent.up").exists)
        parent, grandchild = family(supervisor.children[0].process)
        parent.kill()
        wait_until(lambda: supervisor.revive() or not grandchild.is_running() or grandchild.status() == "zombie")


def test_a_log_that_has_grown_long_is_put_aside(folder, monkeypatch):
    monkeypatch.setattr(supervision, "LARGEST_LOG_BYTES", 10)
    log = folder / "logs" / "one.log"
    log.parent.mkdir()
    log.write_text("a long log of long ago")
    with Supervisor([Program("one", ("live",))]):
        assert (folder / "logs" / "one.old.log").read_text() == "a long log of long ago"
        assert log.read_text() == ""


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_block(blow):
    with pytest.raises(SystemExit), supervision.ending_on_signals():
        os.kill(os.getpid(), blow)
        time.sleep(5)


def test_a_process_ends_with_its_parent():
    code = (
        "import time; from config import supervision; supervision.end_with_parent(); "
        "print('up', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    assert child.stdout.readline() == "up\n"
    child.communicate()
    assert child.returncode == -signal.SIGTERM

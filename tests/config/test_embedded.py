"""The embedded services as processes see them: real servers in a folder of the test's own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys, time
from pathlib import Path
from config import embedded
at = embedded.addresses(Path(sys.argv[1]))
try:
    embedded.join(at, services=frozenset({"valkey"}))
except embedded.ServiceError as error:
    sys.exit(str(error))
print("joined", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def var_dir(tmp_path):
    yield tmp_path
    for process in processes(tmp_path):
        process.kill()


def start_user(var_dir):
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(var_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def processes(var_dir):
    """The supervisor and the servers of a folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(var_dir) in line and "-c" not in (process.info["cmdline"] or []):
            found.append(process)
    return found


def wait_until(condition, *, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def test_the_last_user_stops_the_services(var_dir):
    first, second = start_user(var_dir), start_user(var_dir)
    assert [user.stdout.readline() for user in (first, second)] == ["joined\n", "joined\n"]
    wait_until(lambda: len(processes(var_dir)) == 2)  # one supervisor, one server
    first.communicate()
    assert len(processes(var_dir)) == 2
    second.communicate()
    wait_until(lambda: processes(var_dir) == [], seconds=1)


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_a_user_that_is_killed_is_not_waited_for(var_dir, blow):
    user = start_user(var_dir)
    user.stdout.readline()
    user.send_signal(blow)
    user.communicate()
    wait_until(lambda: processes(var_dir) == [])


def test_a_server_that_dies_is_started_again(var_dir):
    user = start_user(var_dir)
    user.stdout.readline()
    (server,) = [process for process in processes(var_dir) if "valkey-server" in process.name()]
    server.kill()
    wait_until(lambda: [p for p in processes(var_dir) if "valkey-server" in p.name() and p.pid != server.pid])
    user.communicate()


def test_services_whose_supervisor_was_killed_are_taken_over(var_dir):
    user = start_user(var_dir)
    user.stdout.readline()
    (supervisor,) = [process for process in processes(var_dir) if "config.embedded" in process.cmdline()]
    supervisor.kill()
    user.communicate()
    assert processes(var_dir) != []  # the server was orphaned
    heir = start_user(var_dir)
    assert heir.stdout.readline() == "joined\n"
    heir.communicate()
    wait_until(lambda: processes(var_dir) == [], seconds=1)


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path):
    (tmp_path / "services").write_text("a file in the way")
    command = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": ""},
        capture_output=True,
        text=True,
    )
    assert command.returncode == 1
    assert command.stderr == f"File exists: {tmp_path / 'services'}.\n"


def test_a_folder_with_a_space_in_its_name_is_no_trouble(tmp_path):
    var_dir = tmp_path / "my lectures äöü"
    user = start_user(var_dir)
    assert user.stdout.readline() == "joined\n"
    user.communicate()
    wait_until(lambda: processes(var_dir) == [], seconds=2)


def test_a_path_too_long_for_a_socket_listens_elsewhere(tmp_path):
    deep = tmp_path / ("d" * 90)
    assert not str(embedded.addresses(deep).run_dir).startswith(str(deep))

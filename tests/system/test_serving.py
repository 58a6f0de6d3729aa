"""An installation under its supervisor, whose processes are killed while people knock."""

import signal
import socket
import time

import httpx
import psutil
import pytest

from tests.system.stack import Stack

NAMES = {"web": 2, "worker": 3, "beat": 1}


def find_free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Installation:
    """`manage.py up` in a folder of its own, with the processes it keeps."""

    def __init__(self, stack):
        self.stack = stack
        self.url = f"http://127.0.0.1:{find_free_port()}"
        stack.environment |= {"WEB_ADDRESS": self.url.removeprefix("http://")}
        self.supervisor = stack.start("up")
        assert self.supervisor.stdout.readline().startswith(f"Lectern serves {self.url}/ with web-1, web-2")

    def find(self, command=""):
        """Return the processes the supervisor keeps, or those of one command."""
        try:
            children = psutil.Process(self.supervisor.pid).children()
        except psutil.NoSuchProcess:
            return []
        return [
            child
            for child in children
            if "--until-stdin-closes" in child.cmdline() and (not command or command in child.cmdline())
        ]

    def family(self):
        """Return the supervisor, what it keeps and what those have started; the embedded services are others'."""
        kept = self.find()
        return [psutil.Process(self.supervisor.pid), *kept, *(each for one in kept for each in one.children())]

    def get(self, path="/healthz"):
        return httpx.get(self.url + path, timeout=60).status_code


@pytest.fixture
def installation(tmp_path):
    stack = Stack(tmp_path / "var")
    installation = None
    try:
        installation = Installation(stack)
        yield installation
    finally:
        if installation is not None:
            installation.supervisor.kill()
            installation.supervisor.communicate()
        stack.close()


def wait_until(condition, *, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)


def test_nobody_is_refused_while_every_web_process_is_killed_and_nothing_is_left_at_the_end(installation):
    assert installation.get() == 200
    assert {name: len(installation.find(name)) for name in NAMES} == NAMES
    before = installation.find()
    for process in before:
        process.kill()
    psutil.wait_procs(before, timeout=10)
    # Nobody accepts now; the supervisor's socket keeps who knocks waiting until a web process is back.
    assert installation.get() == 200
    wait_until(lambda: len(installation.find()) == len(before))
    family = installation.family()
    installation.supervisor.send_signal(signal.SIGTERM)
    assert installation.supervisor.wait(60) == 128 + signal.SIGTERM
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_what_a_killed_supervisor_kept_ends_with_it(installation):
    assert installation.get() == 200
    children = installation.family()[1:]
    installation.supervisor.kill()
    assert psutil.wait_procs(children, timeout=60)[1] == []

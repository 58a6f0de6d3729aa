"""A worker's side of the yt-dlp process: start it, hear it, end it."""

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from django.conf import settings

from ingestion.extraction import messages
from ingestion.extraction.messages import Alive, Event, Order

# A worker looks up at least this often, to renew its lease.
BEAT_SECONDS = 1.0
# What of a worker's environment its process gets: nothing that is secret, no proxy, no settings.
KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
)
ERROR = re.compile(r"[\w.]+(Error|Exception)\b")


class BrokenProcessError(Exception):
    """The process hung, took too long or died without a word; says which."""

    permanent = False


@dataclass(frozen=True)
class Limits:
    """How long the process may take, and how long it may be silent.

    yt-dlp tells of every call it makes and of every block that comes: silence beyond its own waits is a hang.
    """

    whole_seconds: float
    silent_seconds: float = 300


@contextlib.contextmanager
def run(
    order: Order,
    *,
    folder: Path | None = None,
    limits: Limits,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Iterator[Event]]:
    """Start the process and give its events, `Alive` at least every second; it ends with the block at the latest.

    The events raise BrokenProcessError.
    """
    with tempfile.TemporaryFile() as errors, _start(order, folder=folder, errors=errors) as process:
        waits = replace(limits, silent_seconds=limits.silent_seconds + 2 * order.access.sleep_seconds)
        yield _hear(process, errors=errors, limits=waits, monotonic=monotonic)


def _hear(
    process: "subprocess.Popen[bytes]", *, errors: IO[bytes], limits: Limits, monotonic: Callable[[], float]
) -> Iterator[Event]:
    lines = _read_lines(process)
    started = heard = monotonic()
    while True:
        try:
            line = lines.get(timeout=BEAT_SECONDS)
            heard = monotonic()
        except queue.Empty:
            line = messages.encode(Alive())
        if not line:
            break
        if monotonic() - started > limits.whole_seconds:
            raise BrokenProcessError(f"It was not done after {limits.whole_seconds:.0f} s.")
        if monotonic() - heard > limits.silent_seconds:
            raise BrokenProcessError(f"No word and no bytes have come for {limits.silent_seconds:.0f} s.")
        yield messages.decode(line)
    if code := process.wait():
        raise BrokenProcessError(f"yt-dlp ended with code {code}. {_last_error(errors)}".strip())


@contextlib.contextmanager
def _start(order: Order, *, folder: Path | None, errors: IO[bytes]) -> "Iterator[subprocess.Popen[bytes]]":
    """Start the process with its order; its standard input stays open for as long as it is wanted."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    home = str(folder or settings.VAR_DIR)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "ingestion.extraction.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=home,
        env=kept | {"HOME": home, "PYTHONPATH": str(settings.BASE_DIR), "YTDLP_NO_PLUGINS": "1"},
        start_new_session=True,
    ) as process:
        try:
            if process.stdin is not None:
                process.stdin.write(messages.encode(order))
                process.stdin.flush()
            yield process
        finally:
            _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill the process, if it still runs, with everything it has started."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read_lines(process: "subprocess.Popen[bytes]") -> "queue.SimpleQueue[bytes]":
    """Return the lines of a process as they come; an empty one is the last."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put(b"")

    threading.Thread(target=read, daemon=True, name=f"yt-dlp-{process.pid}").start()
    return lines


def _last_error(errors: IO[bytes]) -> str:
    """Return the error a process ended with, where Python had the time to say it; nothing else is repeated."""
    errors.seek(0)
    said = errors.read()[-2000:].decode(errors="replace").splitlines()
    return next((line for line in reversed(said) if ERROR.match(line)), "")

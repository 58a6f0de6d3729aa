"""Child processes: started again when they die, gone when the process that started them is."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from django.conf import settings

logger = logging.getLogger(__name__)

STDIN = 0
POLL_SECONDS = 0.2
# What is at work is let finish for so long, then interrupted, then ended.
FINISH_SECONDS = 20
INTERRUPT_SECONDS = 5
# Who lived for so long has not died at its start.
STEADY_SECONDS = 60
LONGEST_PAUSE_SECONDS = 60
LARGEST_LOG_BYTES = 10 * 2**20


class KeepsDyingError(Exception):
    """A process that cannot be kept running; says where its log lies."""

    permanent = True


@dataclass(frozen=True)
class Program:
    """A management command to be kept running, under the name its log has."""

    name: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()

    @property
    def log(self) -> Path:
        return Path(settings.VAR_DIR) / "logs" / f"{self.name}.log"


class Child:
    """The process of one program; each death in a row makes the pause before the next start longer."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.death_count = 0
        self.started_at = self.starts_at = time.monotonic()
        self.process: subprocess.Popen[bytes] | None = None

    def revive(self) -> str:
        """Start it where it does not run and its pause is over; return what to say of a death just found."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.starts_at:
                self._start()
            return ""
        if self.process.poll() is None:
            return ""
        self._end_group()
        code, self.process = self.process.returncode, None
        self.death_count = 1 if now - self.started_at > STEADY_SECONDS else self.death_count + 1
        pause = 0 if self.death_count == 1 else min(LONGEST_PAUSE_SECONDS, 2 ** (self.death_count - 2))
        self.starts_at = now + pause
        return self._describe_death(code, pause=pause)

    def ask_to_stop(self, signum: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signum)

    def await_end(self, *, deadline: float) -> bool:
        """Wait for its end until a time of the monotonic clock; return whether it came."""
        if self.process is not None:
            try:
                self.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                return False
            self._end_group()
        return True

    def end(self) -> None:
        """End it and all it has started, at once."""
        if self.process is not None:
            self._end_group()
            self.process.wait()

    def _start(self) -> None:
        self.started_at = time.monotonic()
        log = self.program.log
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        with log.open("ab") as stream:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, manage, *self.program.arguments, "--until-stdin-closes"],
                stdin=subprocess.PIPE,
                stdout=stream,
                stderr=stream,
                pass_fds=self.program.descriptors,
                start_new_session=True,
            )

    def _end_group(self) -> None:
        """End what is left of its group: a pool child outlives a worker that was killed."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            if self.process.stdin is not None:
                self.process.stdin.close()

    def _describe_death(self, code: int, *, pause: float) -> str:
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        again = f"starts again in {pause:.0f} s" if pause else "starts again at once"
        often = f", {self.death_count} times in a row" if self.death_count > 1 else ""
        return f"{self.program.name} {how}{often}; it {again}. {self.program.log} says why."


class Supervisor:
    """Keeps the processes of some programs running for as long as its `with` block lasts."""

    def __init__(
        self, programs: Sequence[Program], *, tell: Callable[[str], None] = logger.warning, most_deaths: int = 0
    ) -> None:
        self.children = [Child(program) for program in programs]
        self.tell = tell
        self.most_deaths = most_deaths

    def __enter__(self) -> "Supervisor":
        self.revive()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def revive(self) -> None:
        """Start what does not run.

        Raises KeepsDyingError where there is a number of deaths in a row after which nothing more is hoped for.
        """
        for child in self.children:
            if said := child.revive():
                self.tell(said)
            if self.most_deaths and child.death_count >= self.most_deaths:
                name, log = child.program.name, child.program.log
                raise KeepsDyingError(f"{name} died {child.death_count} times: {log} says why.")

    def run(self) -> None:
        """Keep them all running until this process is told to end."""
        while True:
            self.revive()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Let them finish what they do, all at once; end those that take too long."""
        with _undisturbed():
            left = list(self.children)
            for signum, seconds in ((signal.SIGTERM, FINISH_SECONDS), (signal.SIGQUIT, INTERRUPT_SECONDS)):
                deadline = time.monotonic() + seconds
                for child in left:
                    child.ask_to_stop(signum)
                left = [child for child in left if not child.await_end(deadline=deadline)]
            for child in left:
                child.end()


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Leave the block on SIGTERM and SIGHUP as on Ctrl-C, so that what it started is stopped."""
    kept = {signum: signal.signal(signum, _exit) for signum in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for signum, handler in kept.items():
            signal.signal(signum, handler)


def add_argument(parser: ArgumentParser) -> None:
    """Let a command be kept by a supervisor."""
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop with the process that started it")


def end_with_parent() -> None:
    """End this process in the background when its standard input closes: its parent is gone."""
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    # Not sys.stdin: a pool child forked while it is being read could never close its copy.
    while os.read(STDIN, 1024):
        pass
    for signum, seconds in ((signal.SIGTERM, FINISH_SECONDS), (signal.SIGQUIT, INTERRUPT_SECONDS)):
        os.kill(os.getpid(), signum)
        time.sleep(seconds)
    os.killpg(os.getpid(), signal.SIGKILL)


def _exit(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + signum)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no signal break off a stop that is under way."""
    signals = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {signum: signal.signal(signum, signal.SIG_IGN) for signum in signals}
    try:
        yield
    finally:
        for signum, handler in kept.items():
            signal.signal(signum, handler)

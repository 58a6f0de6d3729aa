"""The PostgreSQL and Valkey that a machine with nothing configured runs for itself.

One supervisor process owns both servers. Every process that uses them holds a shared lock on `users.lock`;
the kernel drops it however that process ends. Once the supervisor can take the lock for itself, nobody is
left: it stops the servers and goes. A newcomer that finds no supervisor starts one.

    python -m config.embedded VAR_DIR --postgres --valkey      # what a newcomer runs
"""

import atexit
import fcntl
import hashlib
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

POSTGRES = "postgres"
VALKEY = "valkey"
DATABASE_NAME = "lectern"
POLL_SECONDS = 0.1
START_TIMEOUT_SECONDS = 60
# A socket's whole path must fit in 104 bytes on macOS, 108 on Linux; `pg/.s.PGSQL.5432` takes 17 of them.
LONGEST_RUN_DIR = 85
# What needs no quoting in an address or a configuration.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


class ServiceError(Exception):
    """An embedded service that did not start; says what to do."""

    permanent = True


@dataclass(frozen=True)
class Addresses:
    """Where the embedded services of one `var` folder lie and listen, whether they run or not."""

    folder: Path
    run_dir: Path

    @property
    def postgres_socket_dir(self) -> Path:
        return self.run_dir / "pg"

    @property
    def valkey_socket(self) -> Path:
        return self.run_dir / "valkey.sock"

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres@/{DATABASE_NAME}?host={self.postgres_socket_dir}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}"

    @property
    def users_lock(self) -> Path:
        return self.folder / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        return self.folder / "supervisor.lock"

    @property
    def ready_file(self) -> Path:
        return self.folder / "ready"

    @property
    def log_file(self) -> Path:
        return self.folder / "supervisor.log"


def addresses(var_dir: Path) -> Addresses:
    """Return the addresses of a `var` folder; where its path is too long for a socket, those lie elsewhere."""
    run_dir = var_dir / "run"
    if len(str(run_dir)) > LONGEST_RUN_DIR or not PLAIN_PATH.fullmatch(str(run_dir)):
        digest = hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
        run_dir = Path(tempfile.gettempdir()) / f"lectern-{digest}"
    return Addresses(folder=var_dir / "services", run_dir=run_dir)


_held: list[IO[bytes]] = []
_supervisors: list[subprocess.Popen[bytes]] = []  # those this process has started, to be reaped


def join(at: Addresses, *, services: frozenset[str]) -> None:
    """Hold the services for as long as this process lives, starting them where they are not up.

    Raises ServiceError with the supervisor's own words when they do not start.
    """
    if _held or not services:
        return
    at.folder.mkdir(parents=True, exist_ok=True)
    users = at.users_lock.open("ab")
    fcntl.flock(users, fcntl.LOCK_SH)
    _held.append(users)
    _await_ready(at, services)
    atexit.register(leave, at)


def leave(at: Addresses) -> None:
    """Let the services go, and see them stopped where this process was their last user."""
    while _held:
        _held.pop().close()
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and not _is_used(at.users_lock) and not _is_free(at.supervisor_lock):
        time.sleep(POLL_SECONDS)
    for supervisor in _supervisors:
        with suppress(subprocess.TimeoutExpired):
            supervisor.wait(1 if _is_free(at.supervisor_lock) else 0)


def _await_ready(at: Addresses, services: frozenset[str]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if at.ready_file.exists() and not _is_free(at.supervisor_lock):
            missing = services - set(at.ready_file.read_text().split())
            if missing:
                raise ServiceError(
                    f"The embedded services run without {', '.join(sorted(missing))}: "
                    "stop the other Lectern processes of this folder and try again."
                )
            return
        exits = [supervisor.poll() for supervisor in _supervisors]
        if any(exits):
            raise ServiceError(_last_line(at.log_file))
        if None not in exits and _is_free(at.supervisor_lock):
            _supervisors.append(_start_supervisor(at, services))
        time.sleep(POLL_SECONDS / 2)
    raise ServiceError(f"The embedded services did not start in time; {at.log_file} says why.")


def _start_supervisor(at: Addresses, services: frozenset[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.embedded", str(at.folder.parent)]
    with at.log_file.open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            [*command, *(f"--{name}" for name in sorted(services))],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _is_free(lock: Path) -> bool:
    try:
        with lock.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def _is_used(lock: Path) -> bool:
    """Return whether a process shares the lock; the supervisor, when it closes, has it alone."""
    with lock.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return not _is_free(lock)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"The embedded services did not start and left no word in {log}."

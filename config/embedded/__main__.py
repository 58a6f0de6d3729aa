"""The supervisor: one process that owns the servers for as long as anyone uses them."""

import argparse
import fcntl
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO

from config.embedded import POLL_SECONDS, Addresses, ServiceError, addresses, servers

_held: list[IO[bytes]] = []


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
    started = [servers.SERVERS[name](at) for name in services]
    users = at.users_lock.open("ab")
    try:
        for server in started:
            server.start()
        at.ready_file.write_text(" ".join(services))
        while not _take(users):
            time.sleep(POLL_SECONDS)
            for server in started:
                if not server.is_running():
                    server.stop()
                    server.start()
    finally:
        at.ready_file.unlink(missing_ok=True)
        for server in started:
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
    services = [name for name in servers.SERVERS if getattr(options, name)]
    try:
        supervise(addresses(options.var_dir), services=services)
    except ServiceError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"The embedded services cannot use {options.var_dir}: {error.strerror or error}.")


if __name__ == "__main__":
    main()

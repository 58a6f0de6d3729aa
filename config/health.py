"""Whether what every page stands on answers, found out within two seconds."""

import concurrent.futures
from collections.abc import Callable

import psycopg
import redis
from django.conf import settings

ALIVE_PATH = "/healthz"
READY_PATH = "/readyz"
PATIENCE_SECONDS = 2

# A probe that hangs takes a thread with it, for a while; more than these never do.
_probes = concurrent.futures.ThreadPoolExecutor(max_workers=4, thread_name_prefix="probe")


def find_reasons() -> list[str]:
    """Return why this installation cannot serve now, each in a sentence; nothing where it can."""
    probes: dict[str, Callable[[], None]] = {"PostgreSQL": _ask_database, "Redis": _ask_redis}
    asked = {name: _probes.submit(probe) for name, probe in probes.items()}
    concurrent.futures.wait(asked.values(), timeout=PATIENCE_SECONDS)
    for future in asked.values():
        future.cancel()  # what has not begun must not wait in line for the next to ask
    return [f"{name} does not answer." for name, future in asked.items() if not _has_answered(future)]


def _has_answered(future: "concurrent.futures.Future[None]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _ask_database() -> None:
    """Ask on a connection of its own: the pool's wait would outlast our patience."""
    with psycopg.connect(settings.DATABASE_URL, connect_timeout=PATIENCE_SECONDS, autocommit=True) as session:
        session.execute("SELECT 1")


def _ask_redis() -> None:
    options = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    with redis.Redis.from_url(settings.REDIS_URL, **options) as client:
        client.ping()

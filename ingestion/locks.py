"""PostgreSQL's own locks on a subject; they end with the session, so a killed process leaves none."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from django.db import connection


class AlreadyRunningError(Exception):
    """Another process works on the subject at this moment."""

    permanent = False


@contextmanager
def hold_alone(subject: str) -> Iterator[None]:
    """Hold the lock on a subject. Raises AlreadyRunningError where another has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key_of(subject)])
        if not cursor.fetchone()[0]:
            raise AlreadyRunningError(f"Another process is at {subject}: wait for it to end.")
        yield from _release_after(subject)


@contextmanager
def hold_in_turn(subject: str) -> Iterator[None]:
    """Hold the lock on a subject, once whoever has it is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key_of(subject)])
        yield from _release_after(subject)


@contextmanager
def hold_one_of(count: int, subject: str) -> Iterator[None]:
    """Hold one of so many locks on a subject. Raises AlreadyRunningError where others have all of them."""
    with ExitStack() as stack:
        for number in range(count):
            with suppress(AlreadyRunningError):
                stack.enter_context(hold_alone(f"{subject} {number}"))
                break
        else:
            raise AlreadyRunningError(f"As many as may at a time are {subject} already: {count}.")
        yield


def key_of(subject: str) -> int:
    """Return the number PostgreSQL's lock on a subject goes by: a signed 64-bit integer."""
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], signed=True)


def _release_after(subject: str) -> Iterator[None]:
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key_of(subject)])

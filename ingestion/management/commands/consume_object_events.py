"""Take what the queue of the lake's objects tells, until stopped."""

import logging
import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections

from ingestion import object_queue, text

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1, 60


class Command(BaseCommand):
    help = (
        "Wait for what the queue LAKE_EVENTS_QUEUE tells of objects, and take up those that others put into the "
        "inbox. SIGTERM lets the message in hand be finished. One that cannot be handled stays in the queue, "
        "whose own rule moves it to the dead letters."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="take what is there now, and end")

    def handle(self, *, once: bool, **options: Any) -> None:
        if not settings.LAKE_EVENTS_QUEUE:
            raise CommandError("Set LAKE_EVENTS_QUEUE to the address of the queue.")
        queue = object_queue.ObjectQueue(settings.LAKE_EVENTS_QUEUE)
        if once:
            self._take_once(queue)
        else:
            consume(queue)

    def _take_once(self, queue: object_queue.ObjectQueue) -> None:
        try:
            count = sum(object_queue.drain(queue))
        except object_queue.QueueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{text.tell_count(count, 'object')} handled")


class StopError(BaseException):
    """The process was told to end, and has nothing in hand. No library on the way takes it for a failure."""


class _Waiting:
    """Whether the process waits, and may be stopped at once."""

    def __init__(self) -> None:
        self.is_waiting = self.is_stopping = False

    def stop(self, signal_number: int, frame: FrameType | None) -> None:
        self.is_stopping = True
        if self.is_waiting:
            raise StopError

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        self.is_waiting = True
        try:
            if self.is_stopping:
                raise StopError
            yield
        finally:
            self.is_waiting = False


def consume(queue: object_queue.ObjectQueue, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Take messages until SIGTERM or SIGINT; a queue or database that is away is tried again, ever less often."""
    waiting, pause = _Waiting(), FIRST_PAUSE_SECONDS
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, waiting.stop)
    try:
        while True:
            close_old_connections()
            try:
                with waiting.stoppable():
                    messages = queue.receive(wait_seconds=object_queue.LONGEST_WAIT_SECONDS)
                for message in messages:
                    object_queue.take(message, queue=queue)
                    with waiting.stoppable():
                        pause = FIRST_PAUSE_SECONDS
            except (object_queue.QueueError, OperationalError, InterfaceError) as error:
                logger.warning("%s; next try in %s s", error, pause)
                with waiting.stoppable():
                    sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    except StopError:
        logger.info("stopped, with nothing in hand")

"""The queue that tells of objects: SQS, or a store of messages that speaks as it does."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from ingestion import events, object_notices

logger = logging.getLogger(__name__)

# As long as a call may wait for messages, and as many as it may bring.
LONGEST_WAIT_SECONDS = 20
MOST_MESSAGES = 10
MOST_CALLS = 50
REGION = re.compile(r"sqs\.(?P<region>[a-z0-9-]+)\.amazonaws\.")
USUAL_REGION = "us-east-1"


@dataclass(frozen=True)
class Message:
    """A message as it was received this time."""

    body: str
    receipt: str


class QueueError(Exception):
    """The queue cannot be reached, or refuses; says why."""

    permanent = False


@dataclass(frozen=True)
class ObjectQueue:
    """A queue, known by its address."""

    url: str

    @cached_property
    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        place = urlsplit(self.url)
        named = REGION.match(place.hostname or "")
        return boto3.client(
            "sqs",
            endpoint_url=f"{place.scheme}://{place.netloc}",
            region_name=named["region"] if named else settings.LAKE_REGION or USUAL_REGION,
            config=Config(connect_timeout=5, read_timeout=LONGEST_WAIT_SECONDS + 10, retries={"mode": "standard"}),
        )

    def receive(self, *, wait_seconds: int) -> list[Message]:
        """Return the messages that come within a time. Raises QueueError."""
        reply = self._call("receive_message", MaxNumberOfMessages=MOST_MESSAGES, WaitTimeSeconds=wait_seconds)
        return [Message(each["Body"], each["ReceiptHandle"]) for each in reply.get("Messages", [])]

    def delete(self, message: Message) -> None:
        """Take a message off the queue. Raises QueueError."""
        self._call("delete_message", ReceiptHandle=message.receipt)

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return dict(getattr(self._client, method)(QueueUrl=self.url, **parameters))
        except (BotoCoreError, ClientError) as error:
            raise QueueError(f"The queue {self.url} cannot be used: {error}") from error


def consume_waiting(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Take what waits in the queue, if there is one, and return how many objects were handled here.

    Raises QueueError. Of a long queue the rest is left for the next time.
    """
    if not settings.LAKE_EVENTS_QUEUE:
        return 0
    return sum(islice(drain(_reach(settings.LAKE_EVENTS_QUEUE), clock=clock), MOST_CALLS))


@cache
def _reach(url: str) -> ObjectQueue:
    """Return the queue of an address, its client kept from one time to the next."""
    return ObjectQueue(url)


def drain(queue: ObjectQueue, *, clock: Callable[[], datetime] = timezone.now) -> Iterator[int]:
    """Take the messages that are there, and yield after each call how many objects of them were handled here."""
    while messages := queue.receive(wait_seconds=0):
        yield sum(take(message, queue=queue, clock=clock) for message in messages)


def take(message: Message, *, queue: ObjectQueue, clock: Callable[[], datetime] = timezone.now) -> int:
    """Handle what a message tells of, then delete it; return how many objects were handled here.

    One that cannot be read or handled stays: the queue gives it out again, and in the end to its dead letters.
    """
    try:
        notices = object_notices.parse(message.body)
        handled_count = sum(events.receive(notice, clock=clock) for notice in notices)
    except (OperationalError, InterfaceError):
        raise  # the database is away
    except (object_notices.UnreadableNoticeError, OSError) as error:
        logger.warning("a message of the store stays: %s", error)
        return 0
    except Exception:
        logger.exception("a message of the store stays")
        return 0
    queue.delete(message)
    return handled_count

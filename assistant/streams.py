"""What is streamed of an answer while it is made: one Redis stream an attempt, gone after a while.

The stream is a courtesy and the row is the truth: a Redis that fails costs the reader the sentences as they
come, never the answer.
"""

import asyncio
import json
import logging
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from django.conf import settings
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from assistant.messages import Message
from assistant.models import MOST_ATTEMPTS

logger = logging.getLogger(__name__)

# Redis may be away: nobody waits longer for it than this.
TIMEOUT_SECONDS = 1
PING_SECONDS = 0.4
# Longer than a read ever blocks.
READ_TIMEOUT_SECONDS = 5
MOST_CONNECTIONS = 2000
START = "0-0"


@dataclass(frozen=True)
class Entry:
    """A message as it lies in the stream of an attempt."""

    attempt: int
    redis_id: str
    message: Message


def name_stream(question_id: int, attempt: int) -> str:
    return f"answer:{question_id}:{attempt}"


@dataclass
class Writer:
    """The stream of one attempt, to be written; after a failure it is left as it is, for it would have a hole."""

    question_id: int
    attempt: int
    is_broken: bool = False
    client: redis.Redis = field(default_factory=lambda: _connect())

    def write(self, message: Message) -> None:
        """Append a message; what Redis has against it is logged."""
        if self.is_broken:
            return
        name = name_stream(self.question_id, self.attempt)
        try:
            with self.client.pipeline() as pipeline:
                pipeline.xadd(name, {"kind": message.kind, "data": json.dumps(message.data)})
                pipeline.expire(name, settings.ANSWER_STREAM_SECONDS)
                pipeline.execute()
        except redis.RedisError:
            self.is_broken = True
            logger.warning("question %d: not streamed any more", self.question_id, exc_info=True)

    def close(self) -> None:
        self.client.close()


def forget(*, question_ids: Sequence[int]) -> None:
    """Delete what is streamed of some questions; what Redis has against it is logged, and time does it."""
    names = [name_stream(pk, attempt) for pk in question_ids for attempt in range(1, MOST_ATTEMPTS + 1)]
    if not names:
        return
    try:
        with _connect() as client:
            client.delete(*names)
    except redis.RedisError:
        logger.warning("the streams of %d questions are left to expire", len(question_ids), exc_info=True)


def is_up() -> bool:
    """Return whether Redis answers, within less time than a person notices."""
    try:
        with _connect(timeout_seconds=PING_SECONDS) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


class Reader:
    """Streams to be read by many requests of one event loop, each blocking on a connection of one pool."""

    def __init__(self) -> None:
        self.client = aioredis.Redis.from_url(
            settings.REDIS_URL,
            decode_responses=True,
            max_connections=MOST_CONNECTIONS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # Not a time limit of the client's own: it waits with asyncio.wait_for, which before Python 3.12 loses
            # a cancellation now and then, and a reader that has gone would be served for ever.
            socket_timeout=None,
            retry=AsyncRetry(NoBackoff(), 0),
        )

    async def close(self) -> None:
        await self.client.aclose()

    async def read(self, *, question_id: int, after: dict[int, str], wait_seconds: float) -> list[Entry]:
        """Return what follows in the streams of some attempts, as soon as there is any. Raises RedisError.

        `after` maps each attempt to the last entry read of it.
        """
        names = {name_stream(question_id, attempt): attempt for attempt in after}
        places: dict[Any, Any] = {name: after[attempt] for name, attempt in names.items()}
        try:
            async with asyncio.timeout(READ_TIMEOUT_SECONDS):
                found: Any = await self.client.xread(places, block=int(wait_seconds * 1000) or None)
        except TimeoutError:
            raise redis.TimeoutError("Redis does not answer.") from None
        return [
            Entry(names[name], redis_id, _parse(values)) for name, entries in found for redis_id, values in entries
        ]


_readers: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Reader]" = weakref.WeakKeyDictionary()


def get_reader() -> Reader:
    """Return the reader of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _readers:
        _readers[loop] = Reader()
    return _readers[loop]


def _parse(values: dict[str, Any]) -> Message:
    return Message(values["kind"], json.loads(values["data"]))


def _connect(*, timeout_seconds: float = TIMEOUT_SECONDS) -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=timeout_seconds,
        socket_timeout=timeout_seconds,
        # An append that is tried again may stand there twice.
        retry=Retry(NoBackoff(), 0),
    )

"""Signs of life in Redis: which workers are there, and when each queue last did something."""

import json
import os
import platform
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings

WORKERS_KEY = "lectern:workers"
CANARIES_KEY = "lectern:canaries"
# A worker that has not been heard of for so long is gone.
WORKER_SECONDS = 30
# It need not be told more often than this.
TOLD_EVERY_SECONDS = 10
TIMEOUT_SECONDS = 1


@dataclass(frozen=True)
class QueuePulse:
    """What Redis knows of one queue; `sung_at` is when its last canary was heard."""

    name: str
    waiting_count: int
    worker_count: int
    sung_at: float | None


@dataclass(frozen=True)
class Pulses:
    """What Redis knows of all queues, and of itself."""

    queues: tuple[QueuePulse, ...]
    version: str
    used_bytes: int


class WorkerPulse:
    """Notes that a worker is there, now and then, as its own heart beats."""

    def __init__(self, queues: Iterable[str]) -> None:
        self.member = json.dumps([platform.node(), os.getpid(), sorted(queues)])
        self.told = 0.0

    def note(self, **_: Any) -> None:
        if time.monotonic() - self.told < TOLD_EVERY_SECONDS:
            return
        self.told = time.monotonic()
        with suppress(redis.RedisError), _connect() as client:
            client.zadd(WORKERS_KEY, {self.member: time.time()})
            client.zremrangebyscore(WORKERS_KEY, 0, time.time() - WORKER_SECONDS)


def note_queue(queue: str) -> None:
    """Note that this queue is being served."""
    with _connect() as client:
        client.hset(CANARIES_KEY, queue, str(time.time()))


def read(queues: Iterable[str]) -> Pulses:
    """Return what Redis knows, in one round trip. Raises RedisError."""
    names = list(queues)
    with _connect() as client, client.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.llen(name)
        pipeline.hgetall(CANARIES_KEY)
        pipeline.zrangebyscore(WORKERS_KEY, time.time() - WORKER_SECONDS, "+inf")
        pipeline.info()
        *lengths, canaries, workers, info = pipeline.execute()
    served = [queue for member in workers for queue in json.loads(member)[2]]
    return Pulses(
        queues=tuple(
            QueuePulse(name, length, served.count(name), _parse_time(canaries.get(name.encode())))
            for name, length in zip(names, lengths, strict=True)
        ),
        version=f"{info.get('server_name', 'redis')} {info.get('valkey_version') or info['redis_version']}",
        used_bytes=info["used_memory"],
    )


def _parse_time(value: bytes | None) -> float | None:
    return float(value) if value else None


def _connect() -> redis.Redis:
    timeouts = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    return redis.Redis.from_url(settings.REDIS_URL, **timeouts)

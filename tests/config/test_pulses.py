"""Signs of life, in a real Redis."""

import redis
from django.conf import settings

from config import pulses

QUEUE = "test.pulses"


def test_a_worker_and_a_canary_are_seen():
    pulse = pulses.WorkerPulse([QUEUE])
    pulse.note()
    pulses.note_queue(QUEUE)
    (queue, other) = pulses.read([QUEUE, "test.nobody"]).queues
    assert (queue.worker_count, queue.waiting_count, queue.sung_at is not None) == (1, 0, True)
    assert (other.worker_count, other.sung_at) == (0, None)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.zrem(pulses.WORKERS_KEY, pulse.member)
        client.hdel(pulses.CANARIES_KEY, QUEUE)


def test_a_worker_that_has_gone_is_forgotten(monkeypatch):
    pulse = pulses.WorkerPulse([QUEUE])
    pulse.note()
    monkeypatch.setattr(pulses, "WORKER_SECONDS", -1)
    assert pulses.read([QUEUE]).queues[0].worker_count == 0
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.zrem(pulses.WORKERS_KEY, pulse.member)


def test_a_heart_that_beats_often_is_noted_now_and_then(monkeypatch):
    noted = []
    monkeypatch.setattr(pulses, "_connect", lambda: noted.append(True) or redis.Redis.from_url(settings.REDIS_URL))
    pulse = pulses.WorkerPulse([QUEUE])
    for _ in range(5):
        pulse.note(sender="a heart")
    assert noted == [True]


def test_redis_that_is_away_does_not_stop_a_worker(monkeypatch):
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1")
    pulses.WorkerPulse([QUEUE]).note()

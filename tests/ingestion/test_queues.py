"""A tick publishes only where there is room: the queue is a real one, which no worker serves."""

from types import SimpleNamespace

import pytest
import redis
from celery import current_app
from django.conf import settings

from ingestion import queues
from ingestion.tasks import ingest_folder

QUEUE = "tests.room"


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr(
        current_app.amqp.router, "route", lambda options, name: {"queue": SimpleNamespace(name=QUEUE)}
    )
    with redis.Redis.from_url(settings.REDIS_URL) as connection:
        connection.delete(QUEUE)
        yield connection
        connection.delete(QUEUE)


@pytest.mark.parametrize(("waiting_count", "has_room"), [(0, True), (20, True), (21, False)])
def test_there_is_room_until_enough_waits_in_the_queue_of_the_task(client, waiting_count, has_room):
    for _ in range(waiting_count):
        client.rpush(QUEUE, "{}")
    assert queues.has_room_for(ingest_folder) is has_room

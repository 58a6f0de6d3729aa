"""A tick publishes only where there is room: the queue is a real one."""

import pytest
import redis
from django.conf import settings

from ingestion import queues
from ingestion.tasks import ingest_folder


@pytest.fixture
def client():
    with redis.Redis.from_url(settings.REDIS_URL) as connection:
        connection.delete("cpu.ingest")
        yield connection
        connection.delete("cpu.ingest")


@pytest.mark.parametrize(("waiting_count", "has_room"), [(0, True), (20, True), (40, False)])
def test_there_is_room_until_enough_waits_in_the_queue_of_the_task(client, waiting_count, has_room):
    for _ in range(waiting_count):
        client.rpush("cpu.ingest", "{}")
    assert queues.has_room_for(ingest_folder) is has_room

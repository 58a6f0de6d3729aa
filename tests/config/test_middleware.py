import threading
import time

import psycopg
import pytest
import redis
from django.http import HttpResponse, StreamingHttpResponse

from config import health, middleware


@pytest.fixture
def down(monkeypatch):
    """Let a service be away."""

    def bring_down(name):
        def refuse(*arguments, **options):
            raise psycopg.OperationalError if name == "PostgreSQL" else redis.ConnectionError

        module, function = {"PostgreSQL": (psycopg, "connect"), "Redis": (redis.Redis, "from_url")}[name]
        monkeypatch.setattr(module, function, refuse)

    return bring_down


def test_the_health_check_asks_nobody(client, django_assert_num_queries, down):
    down("PostgreSQL")
    down("Redis")
    response = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_an_installation_that_answers_is_ready(client):
    response = client.get("/readyz", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"ready": True, "reasons": []})


@pytest.mark.parametrize("name", ["PostgreSQL", "Redis"])
def test_what_does_not_answer_is_named_until_it_does(client, monkeypatch, down, name):
    with monkeypatch.context():
        down(name)
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {"ready": False, "reasons": [f"{name} does not answer."]}
        monkeypatch.undo()
    assert client.get("/readyz").status_code == 200


def test_a_service_that_hangs_is_not_waited_for(monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(health, "_ask_database", let_go.wait)
    started = time.monotonic()
    try:
        assert "PostgreSQL does not answer." in health.find_reasons()
        assert time.monotonic() - started < 5
    finally:
        let_go.set()


class FakeConnection:
    def __init__(self, *, in_atomic_block=False):
        self.in_atomic_block = in_atomic_block
        self.is_closed = False

    def close_if_unusable_or_obsolete(self):
        self.is_closed = True


@pytest.mark.parametrize(
    ("response", "in_atomic_block", "is_closed"),
    [
        (StreamingHttpResponse([]), False, True),
        (StreamingHttpResponse([]), True, False),
        (HttpResponse(), False, False),
    ],
)
def test_a_stream_begins_without_a_connection(rf, monkeypatch, response, in_atomic_block, is_closed):
    connection = FakeConnection(in_atomic_block=in_atomic_block)
    monkeypatch.setattr(middleware.connections, "all", lambda initialized_only: [connection])
    assert middleware.release_connections(lambda request: response)(rf.get("/")) is response
    assert connection.is_closed is is_closed

import json
import time

import pytest
from django.test import Client

from ingestion import events, signatures
from ingestion.api import events as api_events
from ingestion.models import ObjectEvent
from tests.ingestion import notices

pytestmark = pytest.mark.django_db

SECRET = "s" * 40
ADDRESS = "/api/v1/events/objects"


@pytest.fixture
def secret(settings):
    settings.OBJECT_EVENTS_SECRET = SECRET


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    tasks = []
    monkeypatch.setattr(events, "_wake", tasks.append)
    return tasks


def push(body, *, at=None, secret=SECRET, content_type="application/json", **headers):
    body = body if isinstance(body, bytes) else body.encode()
    timestamp = str(int(time.time())) if at is None else at
    signature = signatures.sign(body, secret=secret, timestamp=timestamp)
    headers = {api_events.TIMESTAMP: timestamp, api_events.SIGNATURE: signature} | headers
    return Client().post(ADDRESS, body, content_type=content_type, headers=headers)


def test_signed_events_are_noted_and_a_worker_is_woken(secret, woken, django_capture_on_commit_callbacks):
    body = notices.message(notices.record("inbox/lecture-01/a.wav"), notices.record("raw/x"))
    with django_capture_on_commit_callbacks(execute=True):
        answers = [push(body), push(body)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"noted_count": 2})] * 2
    assert ObjectEvent.objects.count() == 2
    assert set(woken) == {"ingestion.tasks.handle_object_events"}


def test_the_first_message_of_a_bucket_is_taken(secret):
    assert push('{"Event": "s3:TestEvent"}').json() == {"noted_count": 0}


def test_without_a_secret_there_is_nothing_here():
    answer = push("{}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        ({"secret": "another"}, "does not fit"),
        ({api_events.SIGNATURE: ""}, "does not fit"),
        ({api_events.SIGNATURE: "é"}, "does not fit"),
        ({api_events.TIMESTAMP: "1"}, "does not fit"),
        ({"at": "1"}, "is not now"),
        ({"at": str(int(time.time()) + 3600)}, "is not now"),
        ({"at": "now"}, "is not now"),
        ({"at": ""}, "is not now"),
        ({"at": "9" * 400}, "is not now"),
    ],
)
def test_what_is_not_signed_lately_is_refused(secret, options, detail):
    answer = push(notices.message(notices.record("raw/x")), **options)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert detail in answer.json()["detail"]
    assert not ObjectEvent.objects.exists()


def test_another_body_under_the_same_signature_is_refused(secret):
    timestamp = str(int(time.time()))
    signature = signatures.sign(b'{"Records": []}', secret=SECRET, timestamp=timestamp)
    body = notices.message(notices.record("raw/x"))
    assert push(body, at=timestamp, **{api_events.SIGNATURE: signature}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("no json", 400),
        ("[]", 400),
        ("{}", 400),
        ('{"Records": [{}]}', 400),
        ("\0", 400),
        (json.dumps({"Records": [], "more": "x" * api_events.LARGEST_BODY}), 413),
    ],
)
def test_a_body_that_tells_nothing_is_a_problem(secret, body, status):
    answer = push(body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]


def test_only_json_is_taken(secret):
    assert push("Records=1", content_type="application/x-www-form-urlencoded").status_code == 415


def test_a_gateway_is_slowed_down(secret, monkeypatch):
    monkeypatch.setattr(api_events.throttling.ScopedRateThrottle, "THROTTLE_RATES", {"events": "2/min"})
    body = notices.message(notices.record("raw/x"))
    assert [push(body).status_code for _ in range(3)] == [202, 202, 429]

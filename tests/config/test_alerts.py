import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core import mail
from django.db import connection

from config import alerts, checks, tasks
from ingestion import locks
from ingestion.models import Alert, ContractDrift, IngestionRun, RawObservation, RawRecord

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 26, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Hook:
    """A server that takes alerts, or refuses them with a status."""

    def __init__(self):
        self.taken, self.status = [], 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.taken.append((self.path, self.headers["Content-Type"], json.loads(body)))
                self.send_response(hook.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def hook(settings):
    hook = Hook()
    settings.ALERT_WEBHOOK, settings.ALERT_EMAIL = hook.url, []
    yield hook
    hook.close()


@pytest.fixture
def mailed(settings):
    settings.ALERT_EMAIL, settings.ALERT_WEBHOOK = ["ops@example.org"], ""
    settings.BASE_URL = "https://lectern.example.org"
    return mail.outbox


@pytest.fixture
def drift():
    return ContractDrift.objects.create(contract="youtube_api.video", path="statistics.hype\nCount")


def tell(at=AT):
    alerts.tell(clock=lambda: at)


def test_what_lasts_is_mailed_once(drift, mailed):
    for minutes in range(3):
        tell(AT + timedelta(minutes=minutes))
    (message,) = mailed
    assert message.to == ["ops@example.org"]
    assert message.subject == "Lectern: 1 field of youtube_api.video came or went."
    assert "https://lectern.example.org/status/" in message.body
    assert Alert.objects.get().sent_at == AT


def test_a_mail_sent_again_has_the_same_name(drift, mailed):
    tell()
    Alert.objects.update(sent_at=None)  # as where the process died before it was written
    tell()
    first, second = mailed
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_what_is_over_is_resolved_and_may_come_again(drift, mailed):
    tell()
    ContractDrift.objects.update(accepted_at=AT)
    tell(AT + HOUR)
    assert Alert.objects.get().resolved_at == AT + HOUR
    ContractDrift.objects.update(accepted_at=None)
    tell(AT + 2 * HOUR)
    assert len(mailed) == 2
    assert Alert.objects.filter(resolved_at=None).count() == 1


def test_a_webhook_is_posted_what_lasts_once(drift, hook):
    tell()
    tell()
    ((path, kind, told),) = hook.taken
    assert (path, kind) == ("/hook", "application/json")
    assert (told["id"], told["kind"], told["subject"]) == (Alert.objects.get().pk, "drift", "youtube_api.video")
    assert told["raised_at"] == AT.isoformat()
    assert told["resolved_at"] is None
    assert mail.outbox == []


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_webhook_that_fails_is_tried_again_until_it_takes(drift, hook, status):
    hook.status = status
    tell()
    assert Alert.objects.get().sent_at is None
    hook.status = 200
    tell(AT + HOUR)
    tell(AT + 2 * HOUR)
    assert [path for path, _kind, _told in hook.taken] == ["/hook", "/hook"]
    assert Alert.objects.get().sent_at == AT + HOUR


def test_a_webhook_that_is_not_there_holds_nobody_up(drift, hook, settings):
    hook.server.server_close()
    tell()
    assert Alert.objects.get().sent_at is None


def test_a_mail_server_that_is_away_is_tried_again(drift, mailed, monkeypatch):
    def refuse(message):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(alerts.EmailMessage, "send", refuse)
        tell()
    assert Alert.objects.get().sent_at is None
    tell()
    assert len(mailed) == 1


def test_what_was_over_before_it_could_be_told_is_told_unless_long_ago(mailed, settings):
    for kind, raised_at in (("new", AT - HOUR), ("old", AT - timedelta(days=3))):
        Alert.objects.create(kind=kind, text=f"{kind} one", raised_at=raised_at, resolved_at=raised_at)
    tell()
    (message,) = mailed
    assert "new one" in message.body
    assert "It was over at 2026-11-26 17:00 UTC." in message.body


def test_without_anybody_to_tell_it_is_kept_for_the_status_page(drift, settings):
    settings.ALERT_EMAIL, settings.ALERT_WEBHOOK = [], ""
    tell()
    tell()
    assert Alert.objects.get().sent_at is None
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_one_process_tells_at_a_time(drift, mailed):
    held, done = threading.Event(), threading.Event()

    def hold():
        with locks.hold_alone(alerts.LOCK):
            held.set()
            done.wait(30)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)
    tell()
    assert mailed == []
    done.set()
    other.join()
    tell()
    assert len(mailed) == 1


def test_a_lake_is_looked_into_once_all_else_is_told(mailed):
    run = IngestionRun.objects.create(source="youtube_api", location="x")
    record = RawRecord.objects.create(source="youtube_api", kind="video", payload={}, fetched_at=AT)
    RawObservation.objects.create(run=run, record=record, observed_at=AT, lake_key="raw/in-another-lake")
    tell()
    assert mailed == []
    tell()
    assert [message.subject for message in mailed] == [
        "Lectern: The lake lacks objects that the database knows: see where LAKE_URL leads."
    ]


def test_the_task_tells(drift, mailed):
    tasks.tell()
    assert len(mailed) == 1


@pytest.mark.parametrize(
    ("webhook", "email", "expected"),
    [
        ("", [], []),
        ("https://chat.example.org/hooks/1", [], []),
        ("http://127.0.0.1:9/hook", [], []),
        ("http://chat.example.org/hooks/1", [], ["config.E030"]),
        ("file:///etc/passwd", [], ["config.E030"]),
        ("https:///hook", [], ["config.E030"]),
        ("", ["ops@example.org"], []),
        ("", ["ops"], ["config.E032"]),
        ("https://chat.example.org/1", ["ops@example.org"], ["config.E031"]),
    ],
)
def test_where_alerts_go_is_safe_or_refused(settings, webhook, email, expected):
    settings.ALERT_WEBHOOK, settings.ALERT_EMAIL = webhook, email
    assert [message.id for message in checks.check_alerts(None)] == expected

import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError

from ingestion import events, object_queue
from ingestion.lake import lake
from ingestion.management.commands import consume_object_events
from ingestion.models import MediaFile, ObjectEvent, RawObservation
from ingestion.object_queue import ObjectQueue
from tests.ingestion import notices
from tests.ingestion.sounds import make_sound

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    tasks = []
    monkeypatch.setattr(events, "_wake", tasks.append)
    return tasks


@pytest.fixture
def addresses(aws, bucket, settings, monkeypatch):
    """A queue that hears of the bucket's objects, as the configured one, and that of its dead letters."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.LAKE_EVENTS_QUEUE, dead = aws.make_queue(bucket)
    return settings.LAKE_EVENTS_QUEUE, dead


def count_messages(aws, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, told.values()))


def consume_once():
    out = StringIO()
    call_command("consume_object_events", once=True, stdout=out)
    return out.getvalue().strip()


def test_what_the_store_itself_tells_is_taken_up(aws, addresses, bucket, tmp_path, woken):
    sound = make_sound(tmp_path)
    aws.s3.put_object(Bucket=bucket, Key="lectern/inbox/Ética & 1/lecture-01/a b+c.wav", Body=sound)
    lake().save("audio/lecture-02/x.wav", ContentFile(sound))
    aws.s3.put_object(Bucket=bucket, Key="other/inbox/lecture-03/a.wav", Body=sound)
    assert consume_once() == "4 objects handled"
    media = MediaFile.objects.get()
    assert media.video.courses.get().title == "Ética & 1"
    assert {event.key for event in ObjectEvent.objects.all()} == {
        "inbox/Ética & 1/lecture-01/a b+c.wav",
        "audio/lecture-02/x.wav",
        media.lake_key,
        RawObservation.objects.get().lake_key,
    }
    assert count_messages(aws, addresses[0]) == 0
    assert set(woken) == {"transcripts.tasks.transcribe_pending", "warehouse.tasks.build_warehouse"}
    assert consume_once() == "0 objects handled"


def test_a_message_is_deleted_after_the_commit_and_not_before(aws, addresses, monkeypatch):
    aws.sqs.send_message(QueueUrl=addresses[0], MessageBody=notices.message(notices.record("raw/x")))
    seen = []
    delete = ObjectQueue.delete

    def look_and_delete(queue, message):
        seen.append(list(ObjectEvent.objects.exclude(handled_at=None).values_list("key", flat=True)))
        return delete(queue, message)

    monkeypatch.setattr(ObjectQueue, "delete", look_and_delete)
    monkeypatch.setattr("ingestion.object_notices._find_own_key", lambda key, bucket: key)
    assert sum(object_queue.drain(ObjectQueue(addresses[0]))) >= 1
    assert ["raw/x"] in seen


def test_what_cannot_be_read_goes_to_the_dead_letters_by_the_rule_of_the_queue(aws, addresses):
    url, dead = addresses
    consume_once()
    aws.sqs.send_message(QueueUrl=url, MessageBody="no json")
    deadline = time.monotonic() + 30
    while count_messages(aws, dead) == 0 and time.monotonic() < deadline:
        consume_once()
        time.sleep(0.2)
    assert (count_messages(aws, url), count_messages(aws, dead)) == (0, 1)


def test_a_handler_that_fails_leaves_the_message(aws, addresses, bucket, monkeypatch):
    consume_once()
    body = notices.message(notices.record("lectern/raw/x", bucket=bucket))
    monkeypatch.setattr(events, "_act", lambda event, now: 1 / 0)
    aws.sqs.send_message(QueueUrl=addresses[0], MessageBody=body)
    assert consume_once() == "0 objects handled"
    assert count_messages(aws, addresses[0]) == 1
    assert ObjectEvent.objects.get().outcome == "failed: division by zero"


def test_the_tick_takes_what_waits_and_is_idle_without_a_queue(aws, addresses, bucket, settings):
    lake().save("raw/x", ContentFile(b"1"))
    assert object_queue.consume_waiting() == 1
    settings.LAKE_EVENTS_QUEUE = ""
    lake().save("raw/y", ContentFile(b"1"))
    assert object_queue.consume_waiting() == 0
    with pytest.raises(CommandError, match="Set LAKE_EVENTS_QUEUE"):
        consume_once()


def test_a_queue_that_is_not_there_is_said_in_a_sentence(aws, addresses, settings):
    settings.LAKE_EVENTS_QUEUE = f"{aws.url}/123456789012/nobody"
    with pytest.raises(CommandError, match="cannot be used"):
        consume_once()


class Script:
    """A queue that goes through a list of answers, then tells the process to end."""

    def __init__(self, *answers):
        self.answers, self.deleted = list(answers), []

    def receive(self, *, wait_seconds):
        if not self.answers:
            os.kill(os.getpid(), signal.SIGTERM)
            return []
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def delete(self, message):
        self.deleted.append(message.receipt)


@pytest.fixture
def own_signals():
    kept = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for each, handler in kept.items():
        signal.signal(each, handler)


def test_what_is_away_is_tried_again_ever_less_often(own_signals):
    away = object_queue.QueueError("away")
    message = object_queue.Message(notices.message(notices.record("raw/x")), "r1")
    script, pauses = Script(away, OperationalError("away"), away, [message], away), []
    consume_object_events.consume(script, sleep=pauses.append)
    assert pauses == [1, 2, 4, 1]
    assert script.deleted == ["r1"]


def test_a_stop_lets_the_message_in_hand_be_finished_and_leaves_the_others(own_signals, monkeypatch):
    messages = [
        object_queue.Message(notices.message(notices.record(f"raw/{number}")), f"r{number}") for number in range(3)
    ]
    script = Script(messages, messages)
    act = events._act

    def be_told_to_stop(event, now):
        os.kill(os.getpid(), signal.SIGTERM)
        return act(event, now=now)

    monkeypatch.setattr(events, "_act", be_told_to_stop)
    consume_object_events.consume(script, sleep=lambda seconds: pytest.fail("it was told to stop"))
    assert script.deleted == ["r0"]
    assert ObjectEvent.objects.get().handled_at is not None


def test_the_process_ends_at_once_while_it_waits(aws, addresses, tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "LAKE_EVENTS_QUEUE": addresses[0],
        "LOG_LEVEL": "INFO",
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "consume_object_events"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        before = count_messages(aws, addresses[0])
        assert before == 1, "the store's own first message"
        while count_messages(aws, addresses[0]):
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=15)[1]
    assert process.returncode == 0
    assert "nothing in hand" in errors

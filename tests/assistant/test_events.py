"""The events of an answer as a browser gets them, over the real Valkey."""

import asyncio
import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient
from django.urls import reverse

from assistant import claims, events, messages, streams
from assistant.models import AnswerState, Citation, Question
from assistant.services import asking, working
from tests.assistant import factories

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = asyncio.FIRST_COMPLETED
BREAD = ["Yeast needs warm water.", "The dough must rest for two hours.", "The oven is hot."]


@dataclass(frozen=True)
class Event:
    kind: str
    data: dict
    id: str


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(events, "GRACE_SECONDS", 0.05)


@pytest.fixture
def student(db):
    return factories.make_student()


@pytest.fixture
def question(student, word_embeddings, say):
    video = factories.make_lecture("-bread", BREAD, title="Baking <b>")
    factories.index_all()
    course = factories.make_course("Baking", video, members=[student])
    say("The dough must rest for two hours.", "The dough must rest for two hours.")
    row = factories.make_question(factories.make_conversation(student, course))
    yield row
    streams.forget(question_ids=[row.pk])


def listen(question, *, user, last_event_id="", until=lambda heard: False, heard=None):
    """Return status and events, up to the end of the stream or until it was heard enough."""
    heard = [] if heard is None else heard

    async def read(response):
        async for piece in response.streaming_content:
            heard.extend(parse(piece.decode()))

    async def run():
        client = AsyncClient()
        await client.aforce_login(user)
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        try:
            response = await client.get(reverse("question_events", args=[question.pk]), headers=headers)
            if response.status_code == 200:
                reading = asyncio.create_task(read(response))
                await asyncio.wait({reading, asyncio.create_task(become(until, heard))}, return_when=FIRST)
                reading.cancel()  # as the server does when the client goes
                with suppress(asyncio.CancelledError):
                    await reading
            return response.status_code, heard
        finally:
            await streams.get_reader().close()
            await sync_to_async(lambda: connection.close())()

    return asyncio.run(run())


async def become(condition, heard):
    while not condition(heard):
        await asyncio.sleep(0.02)


def parse(text):
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            yield Event(fields["event"], json.loads(fields["data"]), fields.get("id", ""))


@contextmanager
def meanwhile(work):
    """Do something in a thread of its own while the block runs."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


def kinds(heard):
    return [event.kind for event in heard]


def test_a_finished_answer_is_told_with_its_source(question, student):
    answer = working.answer_question(question_id=question.pk)
    status, (sentence, finished) = listen(question, user=student)
    assert (status, sentence.kind, finished.kind) == (200, "sentence", "finished")
    source = sentence.data.pop("source")
    assert sentence.data == {"number": 1, "text": "The dough must rest for two hours.", "is_quote": False}
    assert (source["video_id"], source["title"], source["clock"]) == ("-bread", "Baking <b>", "00:05")
    assert source["page_url"] == "/videos/-bread/?t=5"
    assert finished.data == {"answer_id": answer.pk, "state": "answered"}
    assert finished.id == "1.end"


def test_the_place_in_the_queue_is_told_when_it_changes(question, student):
    earlier, heard = question, []
    question = factories.make_question(factories.make_conversation(student, earlier.course))

    def work():
        wait_for(lambda: heard)
        asking.stop(question=earlier)
        wait_for(lambda: len(heard) > 1)
        working.answer_question(question_id=question.pk)

    with meanwhile(work):
        listen(question, user=student, heard=heard)
    told = [event.data for event in heard if event.kind == "queue"]
    assert told[:2] == [{"place": 2, "waiting": 2}, {"place": 1, "waiting": 1}]
    # Whether the relay looks while the question is being answered is a matter of moments.
    assert told[2:] in ([], [{"place": 0, "waiting": 0}])
    assert kinds(heard)[-2:] == ["sentence", "finished"]


def test_it_resumes_after_the_last_event_seen(question, student):
    working.answer_question(question_id=question.pk)
    _, (sentence, _) = listen(question, user=student)
    _, heard = listen(question, user=student, last_event_id=sentence.id)
    assert kinds(heard) == ["finished"]


def test_who_has_seen_the_end_is_told_to_stop(question, student):
    working.answer_question(question_id=question.pk)
    assert listen(question, user=student, last_event_id="1.end") == (204, [])


@pytest.mark.parametrize("last_event_id", ["x", "1.", "0.0-0'", f"1.{'9' * 20}-1", "9999.1-1"])
def test_an_id_that_is_none_of_ours_loses_nothing(question, student, last_event_id):
    working.answer_question(question_id=question.pk)
    _, heard = listen(question, user=student, last_event_id=last_event_id)
    assert kinds(heard)[-2:] == ["sentence", "finished"]


def test_a_new_attempt_begins_with_a_reset(question, student):
    claim = claims.take(question_id=question.pk)
    first = streams.Writer(question.pk, claim.attempt)
    first.write(messages.Message("sentence", {"text": "What the worker said before it died."}))
    first.close()
    heard = []

    def work():
        wait_for(lambda: heard)
        factories.expire_lease(question)
        working.answer_question(question_id=question.pk)

    with meanwhile(work):
        listen(question, user=student, heard=heard)
    told = [event for event in heard if event.kind != "queue"]
    assert kinds(told) == ["sentence", "reset", "sentence", "finished"]
    assert told[1].data == {"attempt": 2}
    assert [event.id.split(".")[0] for event in told] == ["1", "2", "2", "2"]


def test_without_a_stream_the_row_is_told(question, student):
    answer = working.answer_question(question_id=question.pk)
    _, told = listen(question, user=student)
    streams.forget(question_ids=[question.pk])
    _, heard = listen(question, user=student)
    assert [(event.kind, event.data) for event in heard] == [(event.kind, event.data) for event in told]
    _, rest = listen(question, user=student, last_event_id=heard[0].id)
    assert rest == [Event("finished", {"answer_id": answer.pk, "state": "answered"}, "1.end")]


def test_who_had_seen_some_of_a_stream_that_is_gone_begins_again(question, student):
    working.answer_question(question_id=question.pk)
    _, (sentence, _) = listen(question, user=student)
    streams.forget(question_ids=[question.pk])
    _, heard = listen(question, user=student, last_event_id=sentence.id)
    assert kinds(heard) == ["reset", "sentence", "finished"]


def test_a_redis_that_is_away_costs_the_stream_and_not_the_answer(question, student, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = working.answer_question(question_id=question.pk)
    assert answer.state == AnswerState.ANSWERED
    _, heard = listen(question, user=student)
    assert kinds(heard) == ["sentence", "finished"]


def test_a_redis_that_fails_halfway_leaves_no_hole(question, student, monkeypatch):
    real = streams.Writer.write

    def write(writer, message):
        writer.is_broken = writer.is_broken or message.is_end
        real(writer, message)

    monkeypatch.setattr(streams.Writer, "write", write)
    working.answer_question(question_id=question.pk)
    _, heard = listen(question, user=student)
    assert kinds(heard) == ["sentence", "reset", "sentence", "finished"]


def test_a_withdrawn_sentence_is_told_no_more(question, student):
    working.answer_question(question_id=question.pk)
    Citation.objects.update(is_withdrawn=True, sentence="", quote="", url="")
    streams.forget(question_ids=[question.pk])
    _, heard = listen(question, user=student)
    assert kinds(heard) == ["finished"]


def test_a_refusal_is_told_in_the_readers_language(question, student, monkeypatch):
    Question.objects.filter(pk=question.pk).update(text="Which city governs France?")
    working.answer_question(question_id=question.pk)
    monkeypatch.setattr(messages, "_", lambda text: f"translated: {text}" if text else "")
    _, (refusal, finished) = listen(question, user=student)
    assert refusal.data["text"] == "translated: The course does not answer this question."
    assert finished.data["state"] == "refused"


def test_a_failure_is_told_without_the_operators_words(question, student, say):
    say()
    working.answer_question(question_id=question.pk)
    _, (failed,) = listen(question, user=student)
    assert (failed.kind, failed.data, failed.id) == ("failed", {"text": messages.BROKEN}, "1.end")


def test_a_question_stopped_before_its_turn_has_an_end(question, student):
    asking.stop(question=question)
    _, (finished,) = listen(question, user=student)
    assert (finished.data["state"], finished.id) == ("stopped", "0.end")


def test_a_deleted_question_ends_its_stream(question, student):
    heard = []

    def work():
        wait_for(lambda: heard)
        Question.objects.all().delete()

    with meanwhile(work):
        status, _ = listen(question, user=student, heard=heard)
    assert (status, kinds(heard)) == (200, ["queue"])


def test_only_who_asked_may_listen(question):
    other = factories.make_student("other")
    assert listen(question, user=other) == (404, [])
    operator = factories.make_student("operator", operates=True)
    assert listen(question, user=operator) == (404, [])


def test_a_client_that_goes_leaves_nothing_behind(question, student):
    _, heard = listen(question, user=student, until=lambda heard: bool(heard))
    assert kinds(heard) == ["queue"]


def test_a_silent_stream_beats(question, student, monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.01)

    async def run():
        relay = events.Relay(question.pk, cursor=events.Cursor(), language="en")
        async for piece in relay.run():
            if piece.startswith(":"):
                await streams.get_reader().close()
                return piece

    assert asyncio.run(run()) == ": still here\n\n"

"""The events of an answer, relayed to whoever asked as server-sent events.

A connection may break at any byte: an event's id is `<attempt>.<place in its stream>`, and who comes back with
the last one they saw goes on after it. Where the stream is gone or has a hole, the kept row tells the answer once
more after a `reset`. While a relay waits it holds a connection to Redis and none to the database.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import redis
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET

from assistant import messages, streams
from assistant.messages import Message
from assistant.services import queue
from assistant.services.queue import Standing

RETRY_MILLISECONDS = 1000
LOOK_SECONDS = 1.0
# The worker keeps the answer first and ends the stream a moment later.
GRACE_SECONDS = 0.25
HEARTBEAT_SECONDS = 10.0
CURSOR = re.compile(r"(\d{1,4})\.(\d{1,20}-\d{1,20}|end)")
END = "end"
# However many relays there are, so many of them look into the database at a time.
LOOKERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="events")


@dataclass(frozen=True)
class Cursor:
    """The last event a client has seen; those told from the row have places from 0-1 on."""

    attempt: int = 0
    place: str = streams.START

    @property
    def is_of_row(self) -> bool:
        return self.place.startswith("0-") and self.place != streams.START

    @property
    def has_seen_something(self) -> bool:
        return self.attempt > 0 and self.place != streams.START


@require_GET
async def question_events(request: HttpRequest, question_id: int) -> HttpResponseBase:
    """Relay the answer to a question of one's own."""
    user = await request.auser()
    standing = await _look(question_id)
    if standing is None or standing.user_id != user.pk:
        # Not Http404: its page would be rendered on a thread whose connection to the database nobody closes.
        return HttpResponse(status=404)
    return respond(request, question_id=question_id, standing=standing)


def respond(request: HttpRequest, *, question_id: int, standing: Standing) -> HttpResponseBase:
    """Return the stream of events from where the client left off, or 204 where it has seen the end."""
    cursor = find_cursor(request)
    if cursor.place == END:
        if standing.is_ended:
            return HttpResponse(status=204)
        cursor = Cursor()
    relay = Relay(question_id, cursor=cursor, language=translation.get_language())
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(relay.run(), content_type="text/event-stream", headers=headers)


def find_cursor(request: HttpRequest) -> Cursor:
    """Return where a client left off; what is no id of ours counts as nothing seen."""
    text = request.headers.get("Last-Event-ID") or request.GET.get("last_event_id", "")
    found = CURSOR.fullmatch(text)
    return Cursor(int(found[1]), found[2]) if found else Cursor()


class Relay:
    """One client's way through the events of one question."""

    def __init__(self, question_id: int, *, cursor: Cursor, language: str | None) -> None:
        self.question_id = question_id
        self.cursor = cursor
        self.language = language
        self.told_place: queue.Place | None = None
        self.sent_at = time.monotonic()

    async def run(self) -> AsyncIterator[str]:
        """Yield events until the answer has ended, the question is deleted or the client goes."""
        # What the request itself has read from the database was read on this connection.
        await _release()
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        looked_at, standing = 0.0, None
        while True:
            if time.monotonic() - looked_at >= LOOK_SECONDS:
                standing, looked_at = await _look(self.question_id), time.monotonic()
            if standing is None:
                return
            for text in self._tell_standing(standing):
                yield text
            entries = [] if standing.is_ended and self.cursor.is_of_row else await self._read(standing)
            for entry in entries:
                for text in self._tell_entry(entry):
                    yield text
                if entry.message.is_end:
                    return
            if standing.is_ended and not entries:
                for text in await self._tell_row():
                    yield text
                return
            if time.monotonic() - self.sent_at >= HEARTBEAT_SECONDS:
                yield self._send(": still here\n\n")

    async def _read(self, standing: Standing) -> list[streams.Entry]:
        """Wait for entries of the attempt at hand or of the one after it; without Redis, only wait."""
        wait_seconds = GRACE_SECONDS if standing.is_ended else LOOK_SECONDS
        first = max(standing.attempt_count, self.cursor.attempt, 1)
        after = {first: streams.START, first + 1: streams.START}
        if self.cursor.attempt:
            after[self.cursor.attempt] = self.cursor.place
        try:
            return await streams.get_reader().read(
                question_id=self.question_id, after=after, wait_seconds=wait_seconds
            )
        except redis.RedisError:
            await asyncio.sleep(wait_seconds)
            return []

    def _tell_standing(self, standing: Standing) -> Iterator[str]:
        """Yield the place in the queue when it has changed, and that an attempt has taken over from another."""
        place = standing.place or queue.TAKEN_UP
        if place != self.told_place and not standing.is_ended and not self.cursor.has_seen_something:
            self.told_place = place
            yield self._send(_format("queue", {"place": place.place, "waiting": place.waiting}))
        if self.cursor.attempt and standing.attempt_count > self.cursor.attempt:
            yield from self._reset(standing.attempt_count)

    def _tell_entry(self, entry: streams.Entry) -> Iterator[str]:
        if self.cursor.attempt and entry.attempt > self.cursor.attempt:
            yield from self._reset(entry.attempt)
        yield self._tell(entry.message, attempt=entry.attempt, place=entry.redis_id)

    async def _tell_row(self) -> list[str]:
        """Return what the row tells that this client has not been told from it."""
        attempt, told = await _read_row(self.question_id)
        texts: list[str] = []
        seen_count = 0
        if self.cursor.attempt == attempt and self.cursor.is_of_row:
            seen_count = int(self.cursor.place.removeprefix("0-"))
        elif self.cursor.attempt and (self.cursor.attempt != attempt or self.cursor.has_seen_something):
            texts.extend(self._reset(attempt))
        for number, message in enumerate(told, start=1):
            if number > seen_count or message.is_end:
                texts.append(self._tell(message, attempt=attempt, place=f"0-{number}"))
        return texts

    def _reset(self, attempt: int) -> Iterator[str]:
        self.cursor = Cursor(attempt)
        yield self._send(_format("reset", {"attempt": attempt}, event_id=f"{attempt}.{streams.START}"))

    def _tell(self, message: Message, *, attempt: int, place: str) -> str:
        self.cursor = Cursor(attempt, END if message.is_end else place)
        with translation.override(self.language):
            data = messages.translate(message).data
        return self._send(_format(message.kind, data, event_id=f"{attempt}.{self.cursor.place}"))

    def _send(self, text: str) -> str:
        self.sent_at = time.monotonic()
        return text


def _format(kind: str, data: Mapping[str, object], *, event_id: str = "") -> str:
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


@sync_to_async(thread_sensitive=True)
def _release() -> None:
    connection.close()


async def _look(question_id: int) -> Standing | None:
    return await asyncio.get_running_loop().run_in_executor(LOOKERS, _look_now, question_id)


async def _read_row(question_id: int) -> tuple[int, list[Message]]:
    return await asyncio.get_running_loop().run_in_executor(LOOKERS, _read_row_now, question_id)


def _look_now(question_id: int) -> Standing | None:
    try:
        return queue.find_standing(question_id=question_id)
    finally:
        connection.close()


def _read_row_now(question_id: int) -> tuple[int, list[Message]]:
    try:
        answer = queue.find_answer(question_id=question_id)
        return (answer.attempt, list(messages.tell_answer(answer))) if answer else (0, [])
    finally:
        connection.close()

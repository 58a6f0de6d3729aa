"""Asking a question until it is answered: each try is a call of its own in the ledger."""

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import islice

from django.utils import timezone

from ingestion.models import ApiCall, IngestionRun
from ingestion.youtube import client, errors, quota

logger = logging.getLogger(__name__)

MOST_TRIES = 5
# The longest first wait; it doubles from try to try, and any wait up to it is as likely.
FIRST_SECONDS = 1.0
MOST_SECONDS = 60.0
# Calls that are on their way at a time, one after the other.
MOST_AHEAD = 16


@dataclass(frozen=True)
class Answer:
    """A reply, and the call it answers, whose row is still to be finished."""

    call: ApiCall
    reply: client.Reply


# A call in the ledger, and the reply that is on its way.
Try = tuple[ApiCall, "Future[client.Reply]"]


class _NotAskedError(Exception):
    """There was no page to ask for."""


@dataclass
class Asker:
    """Asks the API in the name of a run."""

    api: client.Client
    clock: Callable[[], datetime] = timezone.now
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.Random)
    most_tries: int = MOST_TRIES

    def ask(self, question: client.Question, *, run: IngestionRun, etag: str = "", keep: int = 0) -> Answer:
        """Return the answer, trying again what may pass.

        Raises quota.ParkedError before a call there are no units for, and errors.YouTubeError.
        """
        first = self._begin(question, run=run, etag=etag, keep=keep)
        return self._answer(question, run=run, etag=etag, keep=keep, first=first)

    def follow(
        self, question: client.Question, *, run: IngestionRun, keep: int = 0
    ) -> Generator[Answer, None, None]:
        """Yield the answer to a question about a page and to those about all pages behind it, a few asked ahead.

        Raises as `ask` does; what has not left by then is not asked and costs nothing.
        """
        on_way = deque[Try]()
        # The first call goes alone, as in ask_all; it also tells how many pages there are.
        most = last_count = 1
        try:
            while True:
                if len(on_way) <= most // 2:
                    count = min(most, last_count) - len(on_way)
                    self._begin_pages(question, on_way, count=count, run=run, keep=keep)
                if not on_way:
                    raise quota.park(question.method, now=self.clock())
                first = on_way.popleft()
                most = min(2 * most, MOST_AHEAD)
                if first[1].exception():
                    _stop(on_way)
                    most = 1
                answer = self._answer(question, run=run, etag="", keep=keep, first=first)
                yield answer
                if not answer.reply.next_page_token:
                    return
                question = question.turn(answer.reply.next_page_token)
                last_count = max(1, answer.reply.page_count - question.page_number)
        finally:
            _stop(on_way)

    def ask_all(
        self, questions: Sequence[client.Question], *, run: IngestionRun, keep: int = 0
    ) -> Generator[Answer, None, None]:
        """Yield the answer to each question of one method while the next ones are on their way.

        Raises as `ask` does; what has not left by then is not asked and costs nothing.
        """
        left, on_way = deque(questions), deque[tuple[client.Question, Try]]()
        # The first call goes alone, and so does the one after an error: it tells whether others would fare better.
        most = 1
        try:
            while left or on_way:
                if len(on_way) <= most // 2:
                    on_way.extend(self._begin_some(left, count=most - len(on_way), run=run, keep=keep))
                if not on_way:
                    raise quota.park(questions[0].method, now=self.clock())
                question, first = on_way.popleft()
                most = min(2 * most, MOST_AHEAD)
                if first[1].exception():
                    _take_back(on_way, left)
                    most = 1
                yield self._answer(question, run=run, etag="", keep=keep, first=first)
        finally:
            _take_back(on_way, left)

    def _begin_some(
        self, left: deque[client.Question], *, count: int, run: IngestionRun, keep: int
    ) -> Iterator[tuple[client.Question, Try]]:
        """Send the next questions of `left`, as many as there are units for, and take them from it."""
        some = list(islice(left, count))
        for call in quota.reserve_all(some, run=run, now=self.clock(), keep=keep) if some else ():
            question = left.popleft()
            yield question, (call, self._executor.submit(self.api.ask, question))

    def _begin_pages(
        self, question: client.Question, on_way: deque[Try], *, count: int, run: IngestionRun, keep: int
    ) -> None:
        """Send for `count` pages behind those on their way, as many as there are units for."""
        first = question.page_number + len(on_way)
        pages = [replace(question, page_number=number) for number in range(first, first + count)]
        calls = quota.reserve_all(pages, run=run, now=self.clock(), keep=keep) if pages else []
        for page, call in zip(pages, calls, strict=False):
            before = on_way[-1][1] if on_way else None
            on_way.append((call, self._executor.submit(self._ask_page, page, before)))

    def _ask_page(self, question: client.Question, before: "Future[client.Reply] | None") -> client.Reply:
        """Ask for a page behind another, whose reply the same thread has just read."""
        if before is None:
            return self.api.ask(question)
        token = "" if before.cancelled() or before.exception() else before.result().next_page_token
        if not token:
            raise _NotAskedError
        return self.api.ask(replace(question, page_token=token))

    def close(self) -> None:
        """Make no more calls, and wait for the one on its way."""
        if "_executor" in self.__dict__:
            self._executor.shutdown(cancel_futures=True)

    def _answer(self, question: client.Question, *, run: IngestionRun, etag: str, keep: int, first: Try) -> Answer:
        for number in range(self.most_tries):
            if number:
                self.sleep(self.chance.uniform(0, min(MOST_SECONDS, FIRST_SECONDS * 2 ** (number - 1))))
            call, reply = self._begin(question, run=run, etag=etag, keep=keep) if number else first
            try:
                return Answer(call, reply.result())
            except errors.YouTubeError as error:
                quota.fail(call, error=error, now=self.clock())
                logger.warning("call %s of %s for run %s: %s", call.pk, question.method, run.pk, error)
                if isinstance(error, errors.QuotaExceededError):
                    raise quota.park(question.method, now=self.clock()) from None
                if error.permanent or number + 1 == self.most_tries:
                    raise
        raise AssertionError("a try either returns or raises")

    def _begin(self, question: client.Question, *, run: IngestionRun, etag: str, keep: int) -> Try:
        call = quota.reserve(question, run=run, now=self.clock(), keep=keep)
        return call, self._executor.submit(self.api.ask, question, etag=etag)

    @cached_property
    def _executor(self) -> ThreadPoolExecutor:
        # One thread makes all calls: the client is not to be shared.
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="youtube")


def _take_back(on_way: deque[tuple[client.Question, Try]], left: deque[client.Question]) -> None:
    """Put what has not left yet back to the head of `left`."""
    stopped = []
    while on_way and on_way[-1][1][1].cancel():
        question, (call, _) = on_way.pop()
        left.appendleft(question)
        stopped.append(call)
    if stopped:
        quota.give_back(stopped)


def _stop(on_way: deque[Try]) -> None:
    """Drop the calls that are on their way, and pay for none that has not been made."""
    stopped = [call for call, reply in on_way if reply.cancel() or isinstance(reply.exception(), _NotAskedError)]
    on_way.clear()
    if stopped:
        quota.give_back(stopped)

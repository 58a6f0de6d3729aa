"""A list of the Data API, asked page by page: pages land one by one, or a few together."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import chain
from typing import Any, ClassVar

from ingestion import contracts, sources
from ingestion.models import ApiCall, IngestionRun
from ingestion.sources import resources
from ingestion.youtube import asking, client, recall

# A page that lands alone costs some twenty statements and a commit; sixteen together cost little more. They do not
# wait long for one another: what a process holds when it dies is asked for again.
MOST_TOGETHER = 16
LONGEST_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class ReplyPage(sources.Page):
    """A page with the calls that brought it, which are finished in the transaction that lands it."""

    calls: tuple[ApiCall, ...]
    total_count: int = 0
    absence: str = ""

    @property
    def call(self) -> ApiCall:
        """Return the last call: its next page is the one to go on with."""
        return self.calls[-1]


class DataApi(sources.Source):
    """One list: the items of a playlist, the finds of a search, the resources of some ids."""

    name: ClassVar[str] = resources.SOURCE

    def __init__(
        self,
        question: client.Question,
        *,
        asker: asking.Asker,
        run: IngestionRun,
        keep: int = 0,
        is_conditional: bool = True,
    ) -> None:
        self.question = question
        self.asker = asker
        self.run = run
        self.keep = keep
        self.is_conditional = is_conditional

    def read(self, *, is_ahead: bool = False) -> Iterator[ReplyPage]:
        """Yield page after page from that of the question on, each asked for once the one before has landed.

        Where all of them are wanted, the next one may be asked for ahead. Raises quota.ParkedError and
        errors.YouTubeError; what came before has been yielded.
        """
        question = self.question
        known = self._recall(question)
        wait = self._begin(question, known=known)
        while True:
            page = wait()
            if not page.call.next_page_token:
                yield page
                return
            number, token = question.page_number + 1, page.call.next_page_token
            question = replace(question, page_number=number, page_token=token)
            # Of a list that was not known so far, no page is.
            known = self._recall(question) if known else None
            ahead = self._begin(question, known=known) if is_ahead else None
            yield page
            wait = ahead or self._begin(question, known=known)

    def ask(self, question: client.Question) -> ReplyPage:
        """Return one page; where the reply is that nothing has changed, it holds what the last one held."""
        return self._begin(question, known=self._recall(question))()

    def ask_all(self, questions: Sequence[client.Question]) -> Generator[ReplyPage, None, None]:
        """Yield the page of each question while the next ones are on their way. Raises as `read` does."""
        with closing(self.asker.ask_all(questions, run=self.run, keep=self.keep)) as answers:
            for question, answer in zip(questions, answers, strict=True):
                yield self._make_page(answer, question=question, known=None)

    def _recall(self, question: client.Question) -> ApiCall | None:
        return recall.find_call(question) if self.is_conditional else None

    def _begin(self, question: client.Question, *, known: ApiCall | None) -> Callable[[], ReplyPage]:
        etag = known.etag if known else ""
        wait = self.asker.ask_ahead(question, run=self.run, etag=etag, keep=self.keep)
        return lambda: self._make_page(wait(), question=question, known=known)

    def _make_page(self, answer: asking.Answer, *, question: client.Question, known: ApiCall | None) -> ReplyPage:
        location = f"{question.method} {question.subject} {question.page_number}"
        now, call, body = self.asker.clock(), answer.call, answer.reply.body
        call.is_unmodified = answer.reply.is_unmodified and known is not None
        if call.is_unmodified and known is not None:
            page = recall.read_page(known, location=location, observed_at=now)
            call.etag, call.next_page_token = known.etag, known.next_page_token
        else:
            page = _read(answer.reply, location=location, observed_at=now)
            call.etag, call.next_page_token = _text(body.get("etag"))[:255], _text(body.get("nextPageToken"))
        call.item_count = len(page.records) + len(page.rejections)
        return ReplyPage(
            **{each.name: getattr(page, each.name) for each in fields(page)},
            calls=(call,),
            total_count=_count(body.get("pageInfo")),
            absence=answer.reply.absence,
        )


def gather(pages: Iterator[ReplyPage], *, most: int = MOST_TOGETHER) -> Iterator[list[ReplyPage]]:
    """Yield pages of one kind that may land together; what came before an error is yielded before it is raised."""
    group: list[ReplyPage] = []
    began_at = time.monotonic()
    try:
        for page in pages:
            if group and page.kind != group[0].kind:
                yield group
                group, began_at = [], time.monotonic()
            group.append(page)
            # The etag of a list's first page tells next time whether anything has changed: it lands alone.
            is_first = page.call.page_number == 0 and page.call.next_page_token
            if is_first or len(group) >= most or time.monotonic() - began_at > LONGEST_SECONDS:
                yield group
                group, began_at = [], time.monotonic()
    except Exception:
        if group:
            yield group
        raise
    if group:
        yield group


def join(pages: Sequence[ReplyPage]) -> ReplyPage:
    """Return pages of one kind as one, seen when the last one was."""
    if len(pages) == 1:
        return pages[0]
    return replace(
        pages[-1],
        location=f"{pages[0].location} to {pages[-1].call.page_number}",
        records=tuple(chain.from_iterable(page.records for page in pages)),
        rejections=tuple(chain.from_iterable(page.rejections for page in pages)),
        calls=tuple(page.call for page in pages),
    )


def _read(reply: client.Reply, *, location: str, observed_at: datetime) -> sources.Page:
    body = {"items": []} if reply.absence else reply.body
    try:
        return resources.make_page(resources.read_items(body), location=location, observed_at=observed_at)
    except contracts.ContractError as error:
        text = contracts.dump(body)
        return resources.refuse_text(text, reason=str(error), location=location, observed_at=observed_at)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(page_info: Any) -> int:
    count = page_info.get("totalResults") if isinstance(page_info, dict) else None
    return count if isinstance(count, int) and 0 <= count < 2**31 else 0

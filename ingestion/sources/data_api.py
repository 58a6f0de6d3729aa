"""A list of the Data API, asked page by page: each is landed before the next one is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from ingestion import contracts, sources
from ingestion.models import ApiCall, IngestionRun
from ingestion.sources import resources
from ingestion.youtube import asking, client, recall


@dataclass(frozen=True, kw_only=True)
class ReplyPage(sources.Page):
    """A page with the call that brought it, which is finished in the transaction that lands it."""

    call: ApiCall
    etag: str = ""
    next_page_token: str = ""
    total_count: int = 0
    is_unmodified: bool = False
    absence: str = ""


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

    def read(self) -> Iterator[ReplyPage]:
        """Yield page after page from that of the question on.

        Raises quota.ParkedError and errors.YouTubeError; what came before has been landed.
        """
        question, is_known = self.question, self.is_conditional
        while True:
            known = recall.find_call(question) if is_known else None
            # Of a list that was not known so far, no page is.
            is_known = known is not None
            page = self._ask(question, known=known)
            yield page
            if not page.next_page_token:
                return
            question = client.Question(
                method=question.method,
                subject=question.subject,
                parameters=question.parameters,
                page_number=question.page_number + 1,
                page_token=page.next_page_token,
            )

    def ask(self, question: client.Question) -> ReplyPage:
        """Return one page; where the reply is that nothing has changed, it holds what the last one held."""
        return self._ask(question, known=recall.find_call(question) if self.is_conditional else None)

    def _ask(self, question: client.Question, *, known: ApiCall | None) -> ReplyPage:
        answer = self.asker.ask(question, run=self.run, etag=known.etag if known else "", keep=self.keep)
        location = f"{question.method} {question.subject} {question.page_number}"
        now = self.asker.clock()
        if answer.reply.is_unmodified and known is not None:
            page = recall.read_page(known, location=location, observed_at=now)
            etag, token = known.etag, known.next_page_token
            return _extend(page, call=answer.call, etag=etag, next_page_token=token, is_unmodified=True)
        body = answer.reply.body
        return _extend(
            _read(answer.reply, location=location, observed_at=now),
            call=answer.call,
            etag=_text(body.get("etag"))[:255],
            next_page_token=_text(body.get("nextPageToken")),
            total_count=_count(body.get("pageInfo")),
            absence=answer.reply.absence,
        )


def _extend(page: sources.Page, **more: Any) -> ReplyPage:
    return ReplyPage(**{each.name: getattr(page, each.name) for each in fields(page)}, **more)


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

"""What a client is told of an answer, the same from the worker that makes it and from the row that keeps it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assistant import claims, said
from assistant.models import Answer, AnswerState, Citation
from transcripts import clock

SENTENCE, REFUSAL, FINISHED, FAILED = "sentence", "refusal", "finished", "failed"
ENDS = frozenset({FINISHED, FAILED})

BROKEN = gettext_noop("Something went wrong on our side, and the tutor could not answer. Ask again in a while.")
NOTHING_SEARCHABLE = gettext_noop(
    "Nothing that is open to you here can be searched yet: its lectures are still being read."
)
# Reasons of failures that are told as they are.
FAILURES = frozenset({claims.DIED, NOTHING_SEARCHABLE})


@dataclass(frozen=True)
class Message:
    """One event of an answer: its kind, and what JSON tells of it."""

    kind: str
    data: dict[str, Any]

    @property
    def is_end(self) -> bool:
        return self.kind in ENDS


def tell_answer(answer: Answer) -> Iterator[Message]:
    """Yield all the messages of an answer that was kept; what is withdrawn is left out."""
    for citation in answer.citations.shown().select_related("video").order_by("position"):
        source = make_source(citation)
        yield tell_sentence(
            citation.sentence, number=citation.position + 1, is_quote=answer.is_quote, source=source
        )
    if answer.state == AnswerState.REFUSED:
        yield Message(REFUSAL, {"text": answer.text, "reason": answer.reason})
    yield tell_end(answer)


def tell_spoken(event: said.Spoken, *, number: int) -> Message:
    """Return a refusal, or a sentence with its number in the answer, from 1."""
    if isinstance(event, said.Refusal):
        return Message(REFUSAL, {"text": event.text, "reason": event.reason})
    return tell_sentence(event.text, number=number, is_quote=isinstance(event, said.Quote), source=event.source)


def tell_sentence(text: str, *, number: int, is_quote: bool, source: said.Source) -> Message:
    data = {"number": number, "text": text, "is_quote": is_quote, "source": describe_source(source)}
    return Message(SENTENCE, data)


def make_source(citation: Citation) -> said.Source:
    """Return the source of a sentence that was kept."""
    return said.Source(
        video_pk=citation.video_id,
        video_id=citation.video.video_id,
        title="" if citation.is_hidden else citation.video.title,
        start_seconds=citation.start_seconds,
        end_seconds=citation.end_seconds,
        quote="" if citation.is_hidden else citation.quote,
        url="" if citation.is_hidden else citation.url,
    )


def describe_source(source: said.Source) -> dict[str, Any]:
    """Return where a citation leads: to the video's own address and to our page of it."""
    page = reverse("video", args=[source.video_id])
    return {
        "video_id": source.video_id,
        "title": source.title,
        "quote": source.quote,
        "start_seconds": source.start_seconds,
        "end_seconds": source.end_seconds,
        "clock": clock.format_clock(source.start_seconds),
        "url": source.url,
        "page_url": f"{page}?t={int(source.start_seconds)}",
    }


def tell_end(answer: Answer) -> Message:
    """Return the last message of an answer."""
    if answer.state == AnswerState.FAILED:
        return Message(FAILED, {"text": _find_failure(answer)})
    return Message(FINISHED, {"answer_id": answer.pk, "state": answer.state})


def explain_failure(answer: Answer) -> str:
    """Return why an answer failed, as a student can use it; the operator's reason stays on the row."""
    return _(_find_failure(answer))


def explain(answer: Answer) -> str:
    """Return why an answer was refused or failed, empty for others."""
    return explain_failure(answer) if answer.state == AnswerState.FAILED else answer.reason and _(answer.reason)


def translate(message: Message) -> Message:
    """Return a message with the tutor's own words in the reader's language."""
    if message.kind not in {REFUSAL, FAILED}:
        return message
    # Nothing said is no message: its translation would be the catalogue's own header.
    return Message(message.kind, {name: text and _(text) for name, text in message.data.items()})


def _find_failure(answer: Answer) -> str:
    return answer.reason if answer.reason in FAILURES else BROKEN

"""What a client is told of an answer, the same from the worker that makes it and from the row that keeps it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assistant import claims
from assistant.models import Answer, AnswerState, Citation
from transcripts import clock

SENTENCE, REFUSAL, FINISHED, FAILED = "sentence", "refusal", "finished", "failed"
ENDS = frozenset({FINISHED, FAILED})

BROKEN = gettext_noop("Something went wrong on our side, and the tutor could not answer. Ask again in a while.")
# Reasons of failures that are told as they are.
FAILURES = frozenset({claims.DIED})


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
    for citation in answer.citations.standing().select_related("video").order_by("position"):
        yield tell_sentence(citation, is_quote=answer.is_quote)
    if answer.state == AnswerState.REFUSED:
        yield Message(REFUSAL, {"text": answer.text, "reason": answer.reason})
    yield tell_end(answer)


def tell_sentence(citation: Citation, *, is_quote: bool) -> Message:
    """Return a sentence with its source; the citation needs not be kept yet, its video has to be known."""
    return Message(
        SENTENCE,
        {
            "number": citation.position + 1,
            "text": citation.sentence,
            "is_quote": is_quote,
            "source": describe_source(citation),
        },
    )


def describe_source(citation: Citation) -> dict[str, Any]:
    """Return where a citation leads: to the video's own address and to our page of it."""
    page = reverse("video", args=[citation.video.video_id])
    return {
        "video_id": citation.video.video_id,
        "title": citation.video.title,
        "quote": citation.quote,
        "start_seconds": citation.start_seconds,
        "end_seconds": citation.end_seconds,
        "clock": clock.format_clock(citation.start_seconds),
        "url": citation.url,
        "page_url": f"{page}?t={int(citation.start_seconds)}",
    }


def tell_end(answer: Answer) -> Message:
    """Return the last message of an answer."""
    if answer.state == AnswerState.FAILED:
        return Message(FAILED, {"text": explain_failure(answer)})
    return Message(FINISHED, {"answer_id": answer.pk, "state": answer.state})


def explain_failure(answer: Answer) -> str:
    """Return why an answer failed, as a student can use it; the operator's reason stays on the row."""
    return _(answer.reason if answer.reason in FAILURES else BROKEN)

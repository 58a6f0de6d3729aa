"""What a page shows of a conversation: each question with its newest answer, ready to be rendered."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from assistant import messages
from assistant.models import Answer, AnswerState, Citation, Feedback, Question, QuestionState
from ingestion.models import Video
from transcripts import clock


@dataclass(frozen=True)
class Moment:
    """A second of a lecture, as a person reads and opens it."""

    title: str
    clock: str
    page_url: str


@dataclass(frozen=True)
class Cited:
    """A sentence of an answer and the lecture's sentence behind it; one withdrawn has no words left."""

    number: int
    sentence: str
    quote: str
    is_quote: bool
    is_withdrawn: bool
    title: str
    clock: str
    page_url: str


@dataclass(frozen=True)
class Exchange:
    """A question and what has come of it so far."""

    pk: int
    text: str
    moment: Moment | None
    state: str
    cited: tuple[Cited, ...] = ()
    closing: str = ""
    reason: str = ""
    answer_id: int | None = None
    feedback: Feedback | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in {QuestionState.PENDING, QuestionState.RUNNING}

    @property
    def is_to_be_judged(self) -> bool:
        return self.state in {AnswerState.ANSWERED, AnswerState.REFUSED}

    @property
    def is_to_be_copied(self) -> bool:
        return any(not cited.is_withdrawn for cited in self.cited)

    @property
    def is_to_be_retried(self) -> bool:
        return self.state in {AnswerState.FAILED, AnswerState.STOPPED}


def read_exchanges(questions: QuerySet[Question], *, user: User) -> Iterator[Exchange]:
    """Yield the exchanges of some questions in the order they were asked."""
    answers = Answer.objects.order_by("attempt").prefetch_related(
        Prefetch("citations", Citation.objects.order_by("position").select_related("video")),
        Prefetch("feedback", Feedback.objects.filter(user=user)),
    )
    for question in (
        questions.select_related("video").prefetch_related(Prefetch("answers", answers)).order_by("pk")
    ):
        yield _make_exchange(question)


def make_moment(video: Video | None, *, seconds: float | None) -> Moment | None:
    """Return a second of a lecture, None unless both are there and may be shown."""
    if video is None or seconds is None or video.is_withdrawn:
        return None
    url = reverse("video", args=[video.video_id])
    return Moment(str(video), clock.format_clock(seconds), f"{url}?t={int(seconds)}")


def _make_exchange(question: Question) -> Exchange:
    answers = list(question.answers.all())
    moment = make_moment(question.video, seconds=question.moment_seconds)
    if not question.is_ended or not answers:
        return Exchange(question.pk, question.text, moment, question.state)
    answer = answers[-1]
    return Exchange(
        question.pk,
        question.text,
        moment,
        answer.state,
        cited=tuple(_make_cited(citation, is_quote=answer.is_quote) for citation in answer.citations.all()),
        closing=_close(answer),
        reason=_(answer.reason) if answer.state == AnswerState.REFUSED and answer.reason else "",
        answer_id=answer.pk,
        feedback=next(iter(answer.feedback.all()), None),
    )


def _close(answer: Answer) -> str:
    """Return the words that end an answer without a source."""
    match answer.state:
        case AnswerState.REFUSED:
            return _(answer.text)
        case AnswerState.FAILED:
            return messages.explain_failure(answer)
        case AnswerState.STOPPED:
            return _("You stopped this answer.")
        case _:
            return ""


def _make_cited(citation: Citation, *, is_quote: bool) -> Cited:
    source = messages.describe_source(messages.make_source(citation))
    return Cited(
        number=citation.position + 1,
        sentence=citation.shown_sentence,
        quote=source["quote"],
        is_quote=is_quote,
        is_withdrawn=citation.is_hidden,
        title=source["title"] or source["video_id"],
        clock=source["clock"],
        page_url=source["page_url"],
    )

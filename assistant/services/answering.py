"""Answer a question from the lectures: retrieve, decide, generate, verify each sentence, cite, keep.

The events of an answer are what a command prints and a worker relays. No word of the model leaves here before
its sentence is verified.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from assistant import calibration, chat, embeddings, prompts, questions, verification
from assistant.matches import Match
from assistant.models import Answer, AnswerState, Citation, Question, QuestionState
from assistant.retrieval import HybridRetriever
from assistant.services import search
from assistant.speech import stream_sentences
from ingestion.models import Availability, Course, Video

logger = logging.getLogger(__name__)

PROMPT = "answer"
REFUSAL = "The course does not answer this question."
# As many of the lecture's own sentences as there are openings, where none of the model's survived.
QUOTE_OPENINGS = ("In the lecture's own words:", "It also says:")
NOTHING_NEAR = "Nothing in the lectures comes near the question."
NOT_EVIDENCE = "What comes near the question is no statement of a lecture."


@dataclass(frozen=True)
class Source:
    """The lecture's sentence behind a sentence of the answer."""

    video_pk: int
    video_id: str
    title: str
    start_seconds: float
    end_seconds: float
    quote: str
    url: str


@dataclass(frozen=True)
class VerifiedSentence:
    """A sentence of the model that a lecture supports."""

    text: str
    source: Source


@dataclass(frozen=True)
class Quote:
    """The lecture's own sentence, said to be one, where none of the model's survived."""

    text: str
    source: Source


@dataclass(frozen=True)
class Refusal:
    """The course holds no answer."""

    text: str
    reason: str


@dataclass(frozen=True)
class Finished:
    """The answer as it was kept."""

    answer_id: int
    text: str
    is_refused: bool
    sources: tuple[Source, ...]


Said = VerifiedSentence | Quote
Event = Said | Refusal | Finished


@dataclass
class Draft:
    """An answer in the making."""

    text: str
    course: Course | None
    passage_ids: list[int] = field(default_factory=list)
    events: list[Said | Refusal] = field(default_factory=list)
    removed_pks: set[int] = field(default_factory=set)

    @property
    def said(self) -> list[Said]:
        return [event for event in self.events if not isinstance(event, Refusal)]

    @property
    def standing(self) -> list[Said]:
        return [said for said in self.said if self.is_standing(said)]

    @property
    def refusal(self) -> Refusal | None:
        return next((event for event in self.events if isinstance(event, Refusal)), None)

    def is_standing(self, said: Said) -> bool:
        return said.source.video_pk not in self.removed_pks


def answer_question(*, text: str, course: Course | None = None) -> Iterator[Event]:
    """Yield an answer as it comes, `Finished` last.

    Raises UnusableQuestionError, EmptyIndexError and WeightsError before the first.
    """
    (text,) = questions.clean([text])
    search.check_is_searchable(course=course)
    started = time.monotonic()
    draft = Draft(text=text, course=course)
    try:
        matches = _retrieve(text, course=course)
        draft.passage_ids = [match.sentence_id for match in matches]
        for event in _speak(text, matches=matches):
            draft.events.append(event)
            yield event
    except Exception as error:
        failure = str(error) or type(error).__name__
        _keep_answer(draft, latency_seconds=time.monotonic() - started, failure=failure)
        raise
    answer = _keep_answer(draft, latency_seconds=time.monotonic() - started)
    sources = tuple(said.source for said in draft.standing)
    yield Finished(answer.pk, answer.text, answer.state == AnswerState.REFUSED, sources)


def _retrieve(text: str, *, course: Course | None) -> list[Match]:
    documents = HybridRetriever(course_id=course.pk if course else None).invoke(text)
    return [document.metadata["match"] for document in documents]


def _speak(text: str, *, matches: list[Match]) -> Iterator[Said | Refusal]:
    near = [match for match in matches if match.score >= calibration.LEAST_SCORE]
    if not near:
        yield Refusal(REFUSAL, NOTHING_NEAR)
        return
    evidence = [match for match in near if verification.is_evidence(match)][: calibration.EXCERPT_COUNT]
    if not evidence:
        yield Refusal(REFUSAL, NOT_EVIDENCE)
        return
    is_answered = False
    for sentence in _verify(_generate(text, evidence), question=text, evidence=evidence):
        is_answered = True
        yield sentence
    if not is_answered:
        close = [match for match in evidence if _is_close(match, evidence[0])]
        for match, opening in zip(close, QUOTE_OPENINGS, strict=False):
            yield Quote(f"{opening} “{match.text}”", _make_source(match))


def _generate(text: str, evidence: list[Match]) -> Iterator[str]:
    """Yield the model's sentences."""
    chain = prompts.load(PROMPT) | chat.get_chat_model()
    excerpts = prompts.number_excerpts([match.text for match in evidence])
    pieces = (str(chunk.content) for chunk in chain.stream({"excerpts": excerpts, "question": text}))
    return stream_sentences(pieces, most=calibration.MOST_SENTENCES)


def _verify(sentences: Iterable[str], *, question: str, evidence: list[Match]) -> Iterator[VerifiedSentence]:
    """Yield the sentences that hold, each with its source, none twice from the same."""
    embed = embeddings.get_embeddings().embed_array
    cited: set[int] = set()
    for sentence in sentences:
        support = verification.find_support(sentence, question=question, matches=evidence, embed=embed)
        if support is None or support.match.sentence_id in cited or not _is_close(support.match, evidence[0]):
            logger.info("dropped: %s", sentence)
            continue
        cited.add(support.match.sentence_id)
        yield VerifiedSentence(sentence, _make_source(support.match))


def _is_close(match: Match, best: Match) -> bool:
    """Return whether a true sentence answers the question about as well as the best one found."""
    return best.score - match.score <= calibration.MOST_BEHIND_BEST


def _make_source(match: Match) -> Source:
    hit = search.make_hits([match])[0]
    return Source(
        video_pk=match.video_pk,
        video_id=hit.video_id,
        title=hit.title,
        start_seconds=hit.start_seconds,
        end_seconds=hit.end_seconds,
        quote=hit.text,
        url=hit.url,
    )


@transaction.atomic
def _keep_answer(draft: Draft, *, latency_seconds: float, failure: str = "") -> Answer:
    """Write the question, its answer and the citations; what a video removed meanwhile says is left blank."""
    draft.removed_pks = _lock_removed({said.source.video_pk for said in draft.said})
    refusal = draft.refusal
    state = AnswerState.REFUSED if refusal else AnswerState.ANSWERED
    answer = Answer.objects.create(
        question=Question.objects.create(
            text=draft.text, course=draft.course, state=QuestionState.ENDED, attempt_count=1
        ),
        state=AnswerState.FAILED if failure else state,
        text=" ".join(event.text for event in [*draft.standing, refusal] if event),
        reason=refusal.reason if refusal else failure,
        model=settings.CHAT_MODEL,
        prompt_digest=prompts.digest(PROMPT),
        passage_ids=draft.passage_ids,
        is_quote=any(isinstance(said, Quote) for said in draft.said),
        latency_seconds=latency_seconds,
    )
    Citation.objects.bulk_create(
        _make_citation(said, answer=answer, position=position, is_withdrawn=not draft.is_standing(said))
        for position, said in enumerate(draft.said)
    )
    return answer


def _lock_removed(video_pks: set[int]) -> set[int]:
    """Return which of these videos are removed; no other is before the transaction ends."""
    videos = Video.objects.select_for_update(no_key=True).filter(pk__in=video_pks).order_by("pk")
    return {video.pk for video in videos if video.availability == Availability.REMOVED}


def _make_citation(said: Said, *, answer: Answer, position: int, is_withdrawn: bool) -> Citation:
    return Citation(
        answer=answer,
        video_id=said.source.video_pk,
        position=position,
        is_withdrawn=is_withdrawn,
        sentence="" if is_withdrawn else said.text,
        quote="" if is_withdrawn else said.source.quote,
        url="" if is_withdrawn else said.source.url,
        start_seconds=said.source.start_seconds,
        end_seconds=said.source.end_seconds,
    )

"""Answer a question from the lectures: retrieve, decide, generate, verify each sentence, cite, keep.

The events of an answer are what a command prints and a worker relays. No word of the model leaves here before
its sentence is verified.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import transaction
from django.utils.translation import gettext_noop

from assistant import calibration, embeddings, prompts, questions, verification
from assistant.matches import Match
from assistant.models import Answer, AnswerState, Question, QuestionState
from assistant.retrieval import HybridRetriever
from assistant.said import Draft, Event, Finished, Quote, Refusal, Said, Source, Spoken, VerifiedSentence
from assistant.services import keeping, search
from assistant.speech import stream_sentences
from ingestion.models import Course

logger = logging.getLogger(__name__)

REFUSAL = gettext_noop("The course does not answer this question.")
# As many of the lecture's own sentences as there are openings, where none of the model's survived.
QUOTE_OPENINGS = ("In the lecture's own words:", "It also says:")
NOTHING_NEAR = gettext_noop("Nothing in the lectures comes near the question.")
NOT_EVIDENCE = gettext_noop("What comes near the question is no statement of a lecture.")


def answer_question(*, text: str, courses: Sequence[Course] | None = None) -> Iterator[Event]:
    """Yield an answer as it comes, `Finished` last; None for the courses means all there are.

    Raises UnusableQuestionError, EmptyIndexError and WeightsError before the first.
    """
    (text,) = questions.clean([text])
    search.check_is_searchable(courses=courses)
    started = time.monotonic()
    draft = Draft(text=text, course_ids=search.list_ids(courses))
    course = courses[0] if courses and len(courses) == 1 else None
    try:
        yield from compose(draft)
    except Exception as error:
        _keep(draft, course=course, latency_seconds=time.monotonic() - started, error=error)
        raise
    answer = _keep(draft, course=course, latency_seconds=time.monotonic() - started)
    sources = tuple(said.source for said in draft.standing)
    yield Finished(answer.pk, answer.text, answer.state == AnswerState.REFUSED, sources)


def compose(draft: Draft, *, check: Callable[[], None] = lambda: None) -> Iterator[Spoken]:
    """Yield what is said, each piece once the draft has it; `check` is called all the while and may raise."""
    check()
    matches = _retrieve(draft)
    draft.passage_ids = [match.sentence_id for match in matches]
    for event in _speak(draft.text, matches=matches, check=check):
        check()
        draft.events.append(event)
        yield event


def _retrieve(draft: Draft) -> list[Match]:
    retriever = HybridRetriever(course_ids=draft.course_ids, video_pk=draft.video_pk)
    return [document.metadata["match"] for document in retriever.invoke(draft.search_text or draft.text)]


def _speak(text: str, *, matches: list[Match], check: Callable[[], None]) -> Iterator[Spoken]:
    near = [match for match in matches if match.score >= calibration.LEAST_SCORE]
    if not near:
        yield Refusal(REFUSAL, NOTHING_NEAR)
        return
    evidence = [match for match in near if verification.is_evidence(match)][: calibration.EXCERPT_COUNT]
    if not evidence:
        yield Refusal(REFUSAL, NOT_EVIDENCE)
        return
    is_answered = False
    for sentence in _verify(_generate(text, evidence, check=check), question=text, evidence=evidence):
        is_answered = True
        yield sentence
    if not is_answered:
        yield from _quote(evidence)


def _quote(evidence: list[Match]) -> Iterator[Said]:
    close = [match for match in evidence if _is_close(match, evidence[0])]
    for match, opening in zip(close, QUOTE_OPENINGS, strict=False):
        yield Quote(f"{opening} “{match.text}”", _make_source(match))


def _generate(text: str, evidence: list[Match], *, check: Callable[[], None]) -> Iterator[str]:
    """Yield the model's sentences."""
    from assistant import chat  # a second of a web process's start, which never speaks itself

    chain = prompts.load(prompts.ANSWER) | chat.get_chat_model()
    excerpts = prompts.number_excerpts([match.text for match in evidence])

    def stream_pieces() -> Iterator[str]:
        for chunk in chain.stream({"excerpts": excerpts, "question": text}):
            check()
            yield str(chunk.content)

    return stream_sentences(stream_pieces(), most=calibration.MOST_SENTENCES)


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
def _keep(
    draft: Draft, *, course: Course | None, latency_seconds: float, error: Exception | None = None
) -> Answer:
    question = Question.objects.create(text=draft.text, course=course, state=QuestionState.ENDED, attempt_count=1)
    return keeping.keep_answer(
        draft,
        question=question,
        state=AnswerState.FAILED if error else keeping.find_state(draft),
        reason=keeping.describe_error(error) if error else "",
        latency_seconds=latency_seconds,
    )

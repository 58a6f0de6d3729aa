"""Keep an answer with all that made it and what it cites."""

from django.conf import settings
from django.db import transaction

from assistant import prompts
from assistant.models import Answer, AnswerState, Citation, Question
from assistant.said import Draft, Quote, Said
from ingestion.models import Video


@transaction.atomic
def keep_answer(
    draft: Draft, *, question: Question, state: AnswerState, reason: str = "", latency_seconds: float
) -> Answer:
    """Write the answer of a question's last attempt; what a video removed meanwhile says is left blank."""
    draft.removed_pks = _lock_withdrawn({said.source.video_pk for said in draft.said})
    refusal = draft.refusal
    answer = Answer.objects.create(
        question=question,
        attempt=question.attempt_count,
        state=state,
        text=" ".join(event.text for event in [*draft.standing, refusal] if event),
        reason=reason or (refusal.reason if refusal else ""),
        model=settings.CHAT_MODEL,
        prompt_digest=prompts.digest(prompts.ANSWER),
        passage_ids=draft.passage_ids,
        is_quote=any(isinstance(said, Quote) for said in draft.said),
        latency_seconds=latency_seconds,
    )
    Citation.objects.bulk_create(
        _make_citation(said, answer=answer, position=position, is_withdrawn=not draft.is_standing(said))
        for position, said in enumerate(draft.said)
    )
    return answer


def find_state(draft: Draft) -> AnswerState:
    """Return how an answer ended that nothing broke off."""
    return AnswerState.REFUSED if draft.refusal else AnswerState.ANSWERED


def describe_error(error: Exception) -> str:
    return str(error) or type(error).__name__


def _lock_withdrawn(video_pks: set[int]) -> set[int]:
    """Return which of these videos are withdrawn; no other is before the transaction ends."""
    videos = Video.objects.select_for_update(no_key=True).filter(pk__in=video_pks).order_by("pk")
    return {video.pk for video in videos if video.is_withdrawn}


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

"""What a worker does with a question: claim it, stream what is verified, keep the answer if it is still ours."""

import contextlib
import logging
import time

from django import db
from django.db import transaction

from assistant import claims, courses, messages, streams
from assistant.models import Answer, AnswerState
from assistant.said import Draft
from assistant.services import answering, keeping, search

logger = logging.getLogger(__name__)


def answer_question(*, question_id: int) -> Answer:
    """Answer a question of a conversation. Raises NotClaimableError and ClaimLostError.

    Where the database fails, the attempt comes to no end: its lease expires, and another tries.
    """
    claim = claims.take(question_id=question_id)
    with claims.keep(claim), contextlib.closing(streams.Writer(question_id, claim.attempt)) as writer:
        answer = _work(claim, writer=writer)
        writer.write(messages.tell_end(answer))
    return answer


def _work(claim: claims.Claim, *, writer: streams.Writer) -> Answer:
    started = time.monotonic()
    draft, state, reason = Draft(text=""), None, ""
    try:
        draft = _make_draft(claim)
        for event in answering.compose(draft, check=claim.check):
            writer.write(messages.tell_spoken(event, number=len(draft.said)))
    except claims.StopRequestedError:
        state = AnswerState.STOPPED
    except (claims.ClaimLostError, db.Error):
        raise
    except search.EmptyIndexError:
        state, reason = AnswerState.FAILED, messages.NOTHING_SEARCHABLE
    except Exception as error:
        logger.exception("question %d: attempt %d failed", claim.question_id, claim.attempt)
        state, reason = AnswerState.FAILED, keeping.describe_error(error)
    with transaction.atomic():
        return keeping.keep_answer(
            draft,
            question=claim.end(),
            state=state or keeping.find_state(draft),
            reason=reason,
            latency_seconds=time.monotonic() - started,
        )


def _make_draft(claim: claims.Claim) -> Draft:
    """Return the draft of a question, which looks only where the person who asked may look now."""
    question = claim.held().select_related("conversation__user").first()
    if question is None or question.conversation is None:
        raise claims.ClaimLostError(f"question {claim.question_id} is gone")
    # The moment of a lecture is looked for in this lecture, whichever of the person's courses it is in.
    course_id = None if question.video_id else question.conversation.course_id
    scope = courses.find_scope(question.conversation.user, course_id=course_id)
    search.check_is_searchable(courses=scope)
    return Draft(
        question.asked_text,
        search_text=question.search_text,
        course_ids=search.list_ids(scope),
        video_pk=question.video_id,
    )

"""Claims: who may answer a question, until when, and proof of it when the answer is kept.

A claim is a lease that a thread renews while the work goes on, and by the same look learns that the student
wants it stopped; once its worker is gone the lease expires and another may claim. The attempt, counted and
committed before the work begins, is the fence: what an earlier attempt still writes changes nothing.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from assistant import prompts
from assistant.models import MOST_ATTEMPTS, Answer, AnswerState, Question, QuestionState

logger = logging.getLogger(__name__)

BEATS_PER_LEASE = 3
# A student who stops an answer does not wait longer for it.
LONGEST_BEAT_SECONDS = 0.5
DIED = gettext_noop("The tutor broke off at this question again and again, and does not try it any more.")


class NotClaimableError(Exception):
    """A question that has ended, or that another answers."""

    permanent = True


class ClaimLostError(Exception):
    """The lease ran out and another took the question, or it was deleted."""

    permanent = True


class StopRequestedError(Exception):
    """The student wants no more of this answer."""

    permanent = True


@dataclass(frozen=True)
class Claim:
    """One attempt at one question."""

    question_id: int
    attempt: int
    is_lost: threading.Event = field(default_factory=threading.Event, compare=False)
    is_stopped: threading.Event = field(default_factory=threading.Event, compare=False)

    def held(self) -> "models.QuerySet[Question]":
        """The row, as long as this attempt holds it."""
        return Question.objects.filter(
            pk=self.question_id, state=QuestionState.RUNNING, attempt_count=self.attempt
        )

    def check(self) -> None:
        """Raise ClaimLostError or StopRequestedError where the work is to end now."""
        if self.is_lost.is_set():
            raise ClaimLostError(f"question {self.question_id} is no longer ours")
        if self.is_stopped.is_set():
            raise StopRequestedError(f"question {self.question_id} is to be stopped")

    def end(self) -> Question:
        """End the question within the transaction in hand, before its answer is written. Raises ClaimLostError."""
        question = self.held().select_for_update(of=("self",)).first()
        if question is None or self.is_lost.is_set():
            raise ClaimLostError(f"question {self.question_id} is no longer ours")
        self.held().update(state=QuestionState.ENDED, lease_expires_at=None)
        return question


def take(*, question_id: int) -> Claim:
    """Claim a question, its attempt committed. Raises NotClaimableError.

    One that is to be stopped, or has used up its attempts, ends here.
    """
    row = Question.objects.claimable(at=timezone.now()).filter(pk=question_id).first()
    if row is None:
        raise NotClaimableError(f"question {question_id} has ended or is being answered")
    if (row.stop_requested_at or row.attempt_count >= MOST_ATTEMPTS) and end_unclaimed(question_id=question_id):
        raise NotClaimableError(f"question {question_id} has ended")
    changed_count = _find_unchanged(row).update(
        state=QuestionState.RUNNING, attempt_count=row.attempt_count + 1, lease_expires_at=_next_expiry()
    )
    if changed_count != 1:
        raise NotClaimableError(f"question {question_id} is being answered")
    return Claim(question_id, row.attempt_count + 1)


@transaction.atomic
def end_unclaimed(*, question_id: int) -> bool:
    """End a question nobody works on, as failed after its last attempt, else as stopped; return whether it was."""
    claimable = Question.objects.claimable(at=timezone.now()).filter(pk=question_id)
    row = claimable.select_for_update(of=("self",)).first()
    if row is None:
        return False
    is_failed = row.attempt_count >= MOST_ATTEMPTS
    Answer.objects.create(
        question=row,
        attempt=row.attempt_count,
        state=AnswerState.FAILED if is_failed else AnswerState.STOPPED,
        reason=DIED if is_failed else "",
        model=settings.CHAT_MODEL,
        prompt_digest=prompts.digest(prompts.ANSWER),
        latency_seconds=0,
    )
    Question.objects.filter(pk=question_id).update(state=QuestionState.ENDED, lease_expires_at=None)
    return True


@contextmanager
def keep(claim: Claim) -> Iterator[None]:
    """Renew the lease, and look for a wish to stop, from a thread of its own for as long as the block runs."""
    ending = threading.Event()
    thread = threading.Thread(target=_beat, args=(claim, ending), name=f"lease-{claim.question_id}")
    thread.daemon = True
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _beat(claim: Claim, ending: threading.Event) -> None:
    try:
        while not ending.wait(min(LONGEST_BEAT_SECONDS, settings.ANSWER_LEASE_SECONDS / BEATS_PER_LEASE)):
            _renew(claim)
    finally:
        connection.close()  # this thread's own


def _renew(claim: Claim) -> None:
    try:
        if not claim.held().update(lease_expires_at=_next_expiry()):
            claim.is_lost.set()
        elif claim.held().exclude(stop_requested_at=None).exists():
            claim.is_stopped.set()
    except Error:
        logger.warning("question %d: lease not renewed", claim.question_id, exc_info=True)
        connection.close()


def _find_unchanged(row: Question) -> "models.QuerySet[Question]":
    return Question.objects.claimable(at=timezone.now()).filter(pk=row.pk, attempt_count=row.attempt_count)


def _next_expiry() -> datetime:
    return timezone.now() + timedelta(seconds=settings.ANSWER_LEASE_SECONDS)

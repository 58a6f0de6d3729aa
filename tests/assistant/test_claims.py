import threading

import pytest

from assistant import claims
from assistant.models import Question, QuestionState
from assistant.services import asking
from tests.assistant import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def question():
    return factories.make_question(factories.make_conversation(factories.make_student()))


def test_it_counts_the_attempt_before_the_work(question):
    assert claims.take(question_id=question.pk).attempt == 1
    question.refresh_from_db()
    assert (question.state, question.attempt_count) == (QuestionState.RUNNING, 1)


def test_it_does_not_take_what_another_holds(question):
    claims.take(question_id=question.pk)
    with pytest.raises(claims.NotClaimableError):
        claims.take(question_id=question.pk)


def test_an_expired_lease_may_be_taken_and_its_holder_ends_nothing(question):
    first = claims.take(question_id=question.pk)
    factories.expire_lease(question)
    second = claims.take(question_id=question.pk)
    with pytest.raises(claims.ClaimLostError):
        first.end()
    assert second.end().pk == question.pk


def test_a_question_that_is_gone_is_not_taken():
    with pytest.raises(claims.NotClaimableError):
        claims.take(question_id=2**62)


@pytest.mark.django_db(transaction=True)
def test_the_holder_learns_of_a_wish_to_stop_and_of_a_loss(settings, question):
    settings.ANSWER_LEASE_SECONDS = 0.15
    claim = claims.take(question_id=question.pk)
    first = claim.held().get().lease_expires_at
    with claims.keep(claim):
        asking.stop(question=question)
        assert claim.is_stopped.wait(10)
        assert claim.held().get().lease_expires_at > first
        with pytest.raises(claims.StopRequestedError):
            claim.check()
        Question.objects.update(attempt_count=2)
        assert claim.is_lost.wait(10)
        with pytest.raises(claims.ClaimLostError):
            claim.check()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease-")]

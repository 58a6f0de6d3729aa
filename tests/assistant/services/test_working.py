import threading

import pytest
from django.db import OperationalError, connection

from assistant import claims, messages, retrieval, streams, tasks
from assistant.models import Answer, AnswerState, Conversation, Question, QuestionState
from assistant.services import answering, asking, working
from tests.assistant import factories

BREAD = ["Yeast needs warm water.", "The dough must rest for two hours.", "The oven is hot."]
SECRET = ["The dough must rest for seven secret days."]
SAID = "The dough must rest for two hours."


@pytest.fixture
def streamed(monkeypatch):
    """What is written to streams, in order: (attempt, kind)."""
    told = []
    monkeypatch.setattr(streams.Writer, "write", lambda self, message: told.append((self.attempt, message.kind)))
    return told


@pytest.fixture
def question(db, word_embeddings, say, streamed):
    student = factories.make_student()
    bread = factories.make_lecture("bread", BREAD)
    factories.make_course("Secrets", factories.make_lecture("secret", SECRET))
    factories.index_all()
    course = factories.make_course("Baking", bread, members=[student])
    say(SAID, SAID, SAID)
    return factories.make_question(factories.make_conversation(student, course))


def work(question):
    return working.answer_question(question_id=question.pk)


def test_the_answer_and_the_end_of_the_question_are_one(question, streamed):
    answer = work(question)
    question.refresh_from_db()
    assert (question.state, question.attempt_count, question.lease_expires_at) == (QuestionState.ENDED, 1, None)
    assert (answer.state, answer.attempt, answer.text) == (AnswerState.ANSWERED, 1, SAID)
    assert streamed == [(1, "sentence"), (1, "finished")]


def test_delivered_twice_it_is_answered_once(question):
    work(question)
    with pytest.raises(claims.NotClaimableError):
        work(question)
    assert Answer.objects.count() == 1


def test_an_attempt_that_lost_its_lease_writes_nothing(question, monkeypatch):
    real = answering.compose

    def be_overtaken(draft, *, check):
        yield from real(draft, check=check)
        monkeypatch.setattr(answering, "compose", real)
        factories.expire_lease(question)
        work(question)

    monkeypatch.setattr(answering, "compose", be_overtaken)
    with pytest.raises(claims.ClaimLostError):
        work(question)
    assert Answer.objects.get().attempt == 2


def test_after_three_deaths_it_is_given_up_with_a_sentence(question):
    for _ in range(3):
        claims.take(question_id=question.pk)
        factories.expire_lease(question)
    with pytest.raises(claims.NotClaimableError):
        work(question)
    answer = Answer.objects.get()
    assert (answer.state, answer.attempt) == (AnswerState.FAILED, 3)
    assert messages.explain(answer) == claims.DIED


def test_a_database_that_fails_leaves_the_attempt_open(question, monkeypatch):
    def fail(**arguments):
        raise OperationalError("gone")

    monkeypatch.setattr(retrieval, "find_matches", fail)
    with pytest.raises(OperationalError):
        work(question)
    question.refresh_from_db()
    assert question.state == QuestionState.RUNNING
    assert not Answer.objects.exists()


def test_a_model_that_fails_ends_the_question(question, say, streamed):
    say()
    answer = work(question)
    assert answer.state == AnswerState.FAILED
    assert messages.explain(answer) == messages.BROKEN
    assert streamed == [(1, "failed")]


def test_a_course_without_a_lecture_that_was_read_says_so(question):
    question.conversation.course.videos.clear()
    answer = work(question)
    assert (answer.state, messages.explain(answer)) == (AnswerState.FAILED, messages.NOTHING_SEARCHABLE)


def test_a_wish_to_stop_ends_it_between_two_pieces_and_keeps_what_was_said(question, say, monkeypatch):
    real, told = claims.Claim.check, []
    say(f"{SAID} Yeast needs warm water.")

    def check(claim):
        if told:
            claim.is_stopped.set()
        real(claim)

    monkeypatch.setattr(claims.Claim, "check", check)
    monkeypatch.setattr(streams.Writer, "write", lambda self, message: told.append(message.kind))
    answer = work(question)
    assert (answer.state, answer.text) == (AnswerState.STOPPED, SAID)
    assert told == ["sentence", "finished"]


def test_one_stopped_while_its_worker_was_dead_is_not_begun_again(question):
    claims.take(question_id=question.pk)
    asking.stop(question=question)
    factories.expire_lease(question)
    with pytest.raises(claims.NotClaimableError):
        work(question)
    assert Answer.objects.get().state == AnswerState.STOPPED


def test_a_deleted_conversation_leaves_no_answer(question, monkeypatch):
    real = answering.compose

    def be_deleted(draft, *, check):
        yield from real(draft, check=check)
        Conversation.objects.all().delete()

    monkeypatch.setattr(answering, "compose", be_deleted)
    with pytest.raises(claims.ClaimLostError):
        work(question)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("has_course", [True, False])
def test_nothing_of_a_course_that_is_not_the_persons_is_read(question, say, has_course):
    say("The dough must rest for seven secret days.")
    if not has_course:
        Conversation.objects.update(course=None)
    Question.objects.update(text="How many secret days must the dough rest?")
    answer = work(question)
    assert {citation.video.video_id for citation in answer.citations.all()} <= {"bread"}
    assert "secret" not in answer.text


def test_a_course_left_since_is_not_read(question):
    question.conversation.user.memberships.all().delete()
    assert work(question).passage_ids == []


def test_an_operator_asks_everywhere(question, say):
    say("The dough must rest for seven secret days.")
    operator = factories.make_student("operator", operates=True)
    row = factories.make_question(factories.make_conversation(operator), "Secret days the dough must rest?")
    assert {citation.video.video_id for citation in work(row).citations.all()} == {"secret"}


def test_a_moment_is_looked_for_in_its_lecture_alone(question, word_embeddings):
    other = factories.make_lecture("other", ["The dough of the other lecture must rest for nine hours."])
    factories.index_all()
    question.conversation.course.videos.add(other)
    Question.objects.update(video=other, moment_seconds=1.0)
    answer = work(question)
    assert {citation.video.video_id for citation in answer.citations.all()} == {"other"}


def test_what_waits_is_published_by_the_tick(question, monkeypatch):
    published = []
    monkeypatch.setattr(tasks.answer_question, "delay_on_commit", lambda **ids: published.append(ids))
    tasks.answer_pending()
    assert published == [{"question_id": question.pk}]
    tasks.answer_question(**published[0])
    tasks.answer_pending()
    assert len(published) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_run_at_once_one_answers(question):
    outcomes, barrier = [], threading.Barrier(2)

    def run():
        try:
            barrier.wait(10)
            outcomes.append(work(question).state)
        except claims.NotClaimableError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["answered", "refused"]
    assert Answer.objects.count() == 1

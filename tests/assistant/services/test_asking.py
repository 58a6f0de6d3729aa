import threading

import pytest
from django.db import connection
from kombu.exceptions import OperationalError

from assistant import claims, questions
from assistant.models import Answer, AnswerState, Conversation, Question, QuestionState
from assistant.services import asking, conversations, queue
from tests.assistant import factories

pytestmark = pytest.mark.django_db

TEXT = "How long must the dough rest?"


@pytest.fixture
def published(monkeypatch):
    ids = []
    monkeypatch.setattr(asking.current_app, "send_task", lambda name, kwargs: ids.append(kwargs["question_id"]))
    return ids


@pytest.fixture
def student():
    return factories.make_student()


@pytest.fixture
def conversation(student, published):
    course = factories.make_course("Baking", members=[student])
    return factories.make_conversation(student, course)


def test_a_question_is_kept_and_published_once_it_is_committed(
    conversation, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        question = asking.ask(conversation=conversation, text=f" {TEXT}\0 ")
        assert published == []
    assert published == [question.pk]
    assert (question.text, question.state, question.course) == (TEXT, QuestionState.PENDING, conversation.course)


def test_a_broker_that_is_down_is_not_waited_for_and_loses_nothing(
    conversation, published, settings, django_capture_on_commit_callbacks
):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with django_capture_on_commit_callbacks(execute=True):
        question = asking.ask(conversation=conversation, text=TEXT)
    assert published == []
    assert asking.find_next() == [question.pk]


def test_a_broker_that_goes_at_that_moment_loses_nothing(
    conversation, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(name, kwargs):
        raise OperationalError

    monkeypatch.setattr(asking.current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        question = asking.ask(conversation=conversation, text=TEXT)
    assert asking.find_next() == [question.pk]


@pytest.mark.parametrize("text", ["", " \0 ", "x" * 2001])
def test_no_words_or_too_many_are_no_question_and_no_conversation(student, text):
    with pytest.raises(questions.UnusableQuestionError):
        asking.start_conversation(user=student, text=text)
    assert not Conversation.objects.exists()


def test_a_conversation_is_called_by_its_first_question(student, published):
    question = asking.start_conversation(user=student, text="word " * 100)
    assert question.conversation.title == "word " * 14 + "word…"


def test_one_question_at_a_time_in_a_conversation(conversation):
    asking.ask(conversation=conversation, text=TEXT)
    with pytest.raises(asking.TutorFullError, match="wait for it, or stop it"):
        asking.ask(conversation=conversation, text=TEXT)


def test_three_questions_of_one_person_wait_at_most(student, published):
    for _ in range(3):
        asking.start_conversation(user=student, text=TEXT)
    with pytest.raises(asking.TutorFullError, match="3 of your questions") as full:
        asking.start_conversation(user=student, text=TEXT)
    assert (full.value.permanent, full.value.retry_after) == (False, 2)
    assert Conversation.objects.count() == 3


def test_past_the_limit_the_tutor_says_it_is_full_and_when_to_come_back(student, published, settings):
    settings.MOST_QUESTIONS_WAITING = 1
    asking.start_conversation(user=student, text=TEXT)
    with pytest.raises(asking.TutorFullError, match="1 question waits. Ask again in 2 seconds"):
        asking.start_conversation(user=factories.make_student("other"), text=TEXT)


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_exact_when_all_ask_at_once(published, settings):
    settings.MOST_QUESTIONS_WAITING = 3
    users, outcomes = [factories.make_student(f"s{n}") for n in range(8)], []
    barrier = threading.Barrier(len(users))

    def run(user):
        try:
            barrier.wait(10)
            asking.start_conversation(user=user, text=TEXT)
            outcomes.append("asked")
        except asking.TutorFullError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["asked"] * 3 + ["refused"] * 5
    assert Question.objects.unfinished().count() == 3


def test_a_course_that_is_closed_to_a_person_takes_no_more_questions(conversation, student):
    student.memberships.all().delete()
    with pytest.raises(asking.ClosedCourseError):
        asking.ask(conversation=conversation, text=TEXT)


def test_a_lecture_of_another_course_cannot_be_asked_about(conversation):
    video = factories.make_video("v1")
    with pytest.raises(asking.ClosedCourseError):
        asking.ask(conversation=conversation, text=TEXT, video=video, moment_seconds=1)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 61])
def test_a_moment_outside_its_lecture_is_refused(conversation, seconds):
    video = factories.make_video("v1", duration_seconds=60)
    conversation.course.videos.add(video)
    with pytest.raises(questions.UnusableQuestionError, match="no such moment"):
        asking.ask(conversation=conversation, text=TEXT, video=video, moment_seconds=seconds)


def test_a_follow_up_keeps_what_it_leans_on(conversation):
    asking.stop(question=asking.ask(conversation=conversation, text=TEXT))
    assert asking.ask(conversation=conversation, text="Why?").standalone_text == "Why? (long dough rest)"


def test_the_same_is_asked_again_as_it_was_meant(conversation):
    asking.stop(question=asking.ask(conversation=conversation, text=TEXT))
    follow_up = asking.ask(conversation=conversation, text="Why?")
    asking.stop(question=follow_up)
    again = asking.retry(question=follow_up)
    assert (again.text, again.standalone_text) == ("Why?", "Why? (long dough rest)")
    assert again.pk != follow_up.pk


def test_a_question_that_waits_is_stopped_at_once(conversation):
    question = asking.ask(conversation=conversation, text=TEXT)
    asking.stop(question=question)
    asking.stop(question=question)
    question.refresh_from_db()
    assert question.is_ended
    assert Answer.objects.get().state == AnswerState.STOPPED


def test_one_that_is_being_answered_is_marked_for_its_worker(conversation):
    question = asking.ask(conversation=conversation, text=TEXT)
    claims.take(question_id=question.pk)
    asking.stop(question=question)
    question.refresh_from_db()
    assert (question.is_ended, question.stop_requested_at is None) == (False, False)


def test_the_oldest_are_published_first_and_the_head_only(student, monkeypatch):
    monkeypatch.setattr(asking, "MOST_PUBLISHED", 2)
    rows = [factories.make_question(factories.make_conversation(student)) for _ in range(4)]
    claims.take(question_id=rows[0].pk)
    claims.take(question_id=rows[1].pk)
    factories.expire_lease(rows[1])
    assert asking.find_next() == [rows[1].pk, rows[2].pk]
    assert queue.find_place(question_id=rows[0].pk) is None
    assert queue.find_place(question_id=rows[3].pk) == queue.Place(3, 3)


def test_a_deleted_conversation_takes_all_with_it(conversation):
    question = asking.ask(conversation=conversation, text=TEXT)
    asking.stop(question=question)
    conversations.delete(conversation=conversation)
    assert not Question.objects.exists()
    assert not Answer.objects.exists()


def test_a_title_is_cleaned_and_bounded(conversation):
    conversations.rename(conversation=conversation, title=" Bread\0 \n and butter ")
    conversation.refresh_from_db()
    assert conversation.title == "Bread and butter"
    for title in ("", " ", "x" * 201):
        with pytest.raises(conversations.UnusableTitleError):
            conversations.rename(conversation=conversation, title=title)


def test_what_a_person_thinks_takes_the_place_of_what_they_thought(conversation, student):
    asking.stop(question=asking.ask(conversation=conversation, text=TEXT))
    answer = Answer.objects.get()
    conversations.judge(answer=answer, user=student, is_helpful=False, reason="wrong", comment="No.")
    conversations.judge(answer=answer, user=student, is_helpful=True, reason="wrong")
    feedback = answer.feedback.get()
    assert (feedback.is_helpful, feedback.reason, feedback.comment) == (True, "", "")

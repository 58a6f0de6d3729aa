import threading

import pytest
from django.urls import reverse

from assistant.api import questions as api_questions
from assistant.models import Answer, Conversation, Question
from assistant.services import asking, working
from ingestion.models import CourseAccess
from tests.assistant import factories

pytestmark = pytest.mark.django_db

BREAD = ["Yeast needs warm water.", "The dough must rest for two hours.", "The oven is hot."]
QUESTION = "How long must the dough rest?"
SAID = "The dough must rest for two hours."
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def unpublished(monkeypatch):
    monkeypatch.setattr(asking.current_app, "send_task", lambda name, kwargs: None)


@pytest.fixture
def ana(client):
    user = factories.make_student("ana")
    client.force_login(user)
    return user


@pytest.fixture
def course(ana, word_embeddings, say):
    bread = factories.make_lecture("-bread", BREAD, title="Baking")
    secret = factories.make_lecture("secret", ["The dough must rest for seven secret days."])
    factories.index_all()
    factories.make_course("Secrets", secret)
    say(SAID, SAID)
    return factories.make_course("Baking", bread, members=[ana])


def ask(client, path="questions", **body):
    return client.post(f"/api/v1/{path}/", {"question": QUESTION} | body, content_type="application/json")


def answered(client, course):
    pk = ask(client, course=course.pk).json()["id"]
    working.answer_question(question_id=pk)
    return Question.objects.get(pk=pk)


def test_search_finds_only_what_is_ones_own(client, course):
    hits = client.get("/api/v1/search/", {"q": QUESTION}).json()
    assert (hits[0]["video_id"], hits[0]["text"]) == ("-bread", SAID)
    assert {hit["video_id"] for hit in hits} == {"-bread"}
    assert len(client.get("/api/v1/search/", {"q": QUESTION, "course": course.pk, "k": 2}).json()) == 2


def test_an_operator_searches_everywhere(client, course):
    client.force_login(factories.make_student("operator", operates=True))
    hits = client.get("/api/v1/search/", {"q": QUESTION}).json()
    assert {hit["video_id"] for hit in hits} == {"-bread", "secret"}


def test_where_nothing_is_indexed_nothing_is_found(client, ana, word_embeddings):
    assert client.get("/api/v1/search/", {"q": "bread"}).json() == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"q": " "}, 400),
        ({"q": "a\0b"}, 400),
        ({"q": "x" * 2001}, 400),
        ({"q": "x", "k": 0}, 400),
        ({"q": "x", "k": 51}, 400),
        ({"q": "x", "course": "x"}, 400),
        ({"q": "x", "course": 2**63}, 400),
        ({"q": "x", "course": 2**62}, 404),
    ],
)
def test_a_search_that_cannot_be_made_is_a_problem(client, course, query, status):
    answer = client.get("/api/v1/search/", query)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)


def test_a_question_is_taken_and_its_answer_read_later(client, course):
    taken = ask(client, course=course.pk)
    assert taken.status_code == 202
    question = taken.json()
    assert (question["state"], question["place"]) == ("pending", {"place": 1, "waiting": 1})
    assert question["events_url"] == f"/api/v1/questions/{question['id']}/events/"
    working.answer_question(question_id=question["id"])
    answer = client.get(question["url"]).json()["answer"]
    assert (answer["state"], answer["text"], answer["reason"]) == ("answered", SAID, "")
    (citation,) = answer["citations"]
    assert (citation["video_id"], citation["quote"], citation["page_url"]) == (
        "-bread",
        SAID,
        "/videos/-bread/?t=5",
    )


def test_asking_and_waiting_gives_the_answer(client, course, monkeypatch):
    monkeypatch.setattr(asking, "publish", lambda question_id: working.answer_question(question_id=question_id))
    monkeypatch.setattr(
        api_questions.time, "sleep", lambda seconds: working.answer_question(question_id=Question.objects.get().pk)
    )
    answer = ask(client, "ask", course=course.pk)
    assert (answer.status_code, answer.json()["answer"]["text"]) == (200, SAID)


def test_who_waits_in_vain_is_told_where_to_look(client, course):
    answer = ask(client, "ask", course=course.pk, wait_seconds=0)
    assert (answer.status_code, answer.json()["state"], answer.json()["answer"]) == (202, "pending", None)


def test_where_too_many_wait_already_nobody_waits(client, course, monkeypatch):
    monkeypatch.setattr(api_questions, "WAITERS", threading.Semaphore(0))
    monkeypatch.setattr(api_questions, "wait", lambda *args, **kwargs: pytest.fail("it waited"))
    assert ask(client, "ask", course=course.pk).status_code == 202


def test_a_conversation_goes_on(client, course):
    first = answered(client, course)
    second = ask(client, conversation=first.conversation_id, question="Why?").json()
    assert second["conversation"] == first.conversation_id
    assert Question.objects.get(pk=second["id"]).standalone_text == "Why? (long dough rest)"


def test_a_moment_of_a_lecture_can_be_asked_about(client, course):
    taken = ask(client, question="What does this mean?", video_id="-bread", moment_seconds=6)
    question = Question.objects.get(pk=taken.json()["id"])
    assert (question.video.video_id, question.moment_seconds) == ("-bread", 6.0)
    assert SAID in question.standalone_text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": " "}, 400),
        ({"question": "a\0b"}, 400),
        ({"question": "\ud800"}, 400),
        ({"question": None}, 400),
        ({"question": "x" * 2001}, 400),
        ({"course": 2**63}, 400),
        ({"course": 2**62}, 404),
        ({"conversation": 2**62}, 404),
        ({"video_id": "secret"}, 404),
        ({"moment_seconds": 1}, 400),
        ({"video_id": "-bread", "moment_seconds": -1}, 400),
        ({"video_id": "-bread", "moment_seconds": 1e300}, 400),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_problem(client, course, body, status):
    answer = ask(client, **body)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert not Question.objects.exists()


def test_a_full_tutor_says_when_to_come_back(client, course, settings):
    settings.MOST_QUESTIONS_WAITING = 0
    answer = ask(client, course=course.pk)
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (503, PROBLEM, "2")
    assert "The tutor is full" in answer.json()["detail"]


def test_whose_own_questions_wait_has_asked_too_much(client, course):
    conversation = ask(client, course=course.pk).json()["conversation"]
    answer = ask(client, conversation=conversation)
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (429, PROBLEM, "2")
    assert "Your question before this one" in answer.json()["detail"]
    ask(client, course=course.pk)
    ask(client, course=course.pk)
    answer = ask(client, course=course.pk)
    assert (answer.status_code, answer["Retry-After"]) == (429, "2")
    assert "3 of your questions wait already" in answer.json()["detail"]


def test_a_course_closed_meanwhile_is_a_conflict(client, course, ana):
    question = answered(client, course)
    ana.memberships.all().delete()
    assert ask(client, conversation=question.conversation_id).status_code == 409


def test_a_question_is_stopped(client, course):
    pk = ask(client, course=course.pk).json()["id"]
    stopped = client.post(f"/api/v1/questions/{pk}/stop/")
    assert (stopped.status_code, stopped.json()["answer"]["state"]) == (202, "stopped")


def test_conversations_are_listed_read_renamed_and_deleted(client, course):
    question = answered(client, course)
    (row,) = client.get("/api/v1/conversations/").json()["results"]
    assert (row["title"], row["course"]) == (QUESTION, course.pk)
    path = f"/api/v1/conversations/{row['id']}/"
    (told,) = client.get(path).json()["questions"]
    assert (told["id"], told["answer"]["text"]) == (question.pk, SAID)
    renamed = client.patch(path, {"title": " Rest "}, content_type="application/json")
    assert (renamed.status_code, renamed.json()["title"]) == (200, "Rest")
    assert client.patch(path, {}, content_type="application/json").json()["title"] == "Rest"
    assert client.patch(path, {"title": ""}, content_type="application/json").status_code == 400
    assert client.delete(path).status_code == 204
    assert not Conversation.objects.exists()


def test_a_long_conversation_is_read_in_as_many_queries_as_a_short_one(
    client, course, django_assert_max_num_queries
):
    conversation = answered(client, course).conversation
    for _ in range(5):
        row = factories.make_question(conversation, state="ended", attempt_count=1)
        Answer.objects.create(question=row, state="answered", model="m", latency_seconds=1)
    with django_assert_max_num_queries(8):
        assert len(client.get(f"/api/v1/conversations/{conversation.pk}/").json()["questions"]) == 6


def test_feedback_is_kept_once(client, course):
    answer = answered(client, course).answers.get()
    path = f"/api/v1/answers/{answer.pk}/feedback/"
    for _ in range(2):
        said = client.post(path, {"is_helpful": False, "reason": "wrong"}, content_type="application/json")
        assert (said.status_code, said.json()["reason"]) == (200, "wrong")
    assert answer.feedback.count() == 1
    bad = client.post(path, {"is_helpful": False, "reason": "bored"}, content_type="application/json")
    assert (bad.status_code, bad["Content-Type"]) == (400, PROBLEM)


ROUTES = [
    ("get", "questions/{question}/"),
    ("post", "questions/{question}/stop/"),
    ("get", "questions/{question}/events/"),
    ("get", "conversations/{conversation}/"),
    ("patch", "conversations/{conversation}/"),
    ("delete", "conversations/{conversation}/"),
    ("post", "answers/{answer}/feedback/"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("operates", [False, True])
def test_what_is_anothers_is_not_there(client, course, method, path, operates):
    question = answered(client, course)
    ids = {
        "question": question.pk,
        "conversation": question.conversation_id,
        "answer": question.answers.get().pk,
    }
    client.force_login(factories.make_student("eve", operates=operates))
    answer = getattr(client, method)(f"/api/v1/{path.format(**ids)}", {"title": "x"}, "application/json")
    assert answer.status_code == 404
    assert Question.objects.filter(pk=question.pk).exists()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_id_beyond_all_numbers_is_not_there(client, ana, method, path):
    ids = dict.fromkeys(("question", "conversation", "answer"), 10**30)
    assert getattr(client, method)(f"/api/v1/{path.format(**ids)}").status_code == 404


def test_nobody_asks_unknown(client, db):
    assert client.get("/api/v1/search/", {"q": "x"}).status_code == 401
    assert ask(client).status_code == 401


def test_an_open_course_is_asked_by_everyone(client, course):
    course.access = CourseAccess.OPEN
    course.save()
    client.force_login(factories.make_student("eve"))
    assert ask(client, course=course.pk).status_code == 202


def test_the_stream_is_sent_whatever_accept_hopes_for(client, course):
    question = answered(client, course)
    told = client.get(
        reverse("api_question_events", args=[question.pk]),
        headers={"Accept": "image/png", "Last-Event-ID": "1.end"},
    )
    assert told.status_code == 204

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from assistant.models import Answer, AnswerState, Citation, Conversation, Feedback, Question, QuestionState
from assistant.services import asking
from ingestion.models import Course, CourseAccess, Membership
from tests.assistant import factories

pytestmark = pytest.mark.django_db

HOSTILE = '<img src=x onerror=alert(1)> "quoted" \u202eمرحب 🎓'
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def course(word_embeddings) -> Course:
    """A course of one lecture that can be searched, open to nobody but its members."""
    video = factories.make_lecture(
        "-lecture1", ["The grain says what one row means.", "A star has one fact table."]
    )
    factories.index_all()
    course = Course.objects.create(title="Warehousing", access=CourseAccess.LIST)
    course.videos.add(video)
    return course


@pytest.fixture
def ann(course) -> User:
    ann = User.objects.create_user("ann")
    Membership.objects.create(course=course, user=ann)
    return ann


@pytest.fixture
def page(ann) -> Client:
    """Ann's browser."""
    client = Client()
    client.force_login(ann)
    return client


@pytest.fixture
def asked(ann, course) -> Question:
    return asking.start_conversation(user=ann, course=course, text="What is the grain?")


def answer(question: Question, *, state: str = AnswerState.ANSWERED, **fields) -> Answer:
    """Give a question its answer, cited where it is one."""
    Question.objects.filter(pk=question.pk).update(state=QuestionState.ENDED)
    answer = Answer.objects.create(
        question=question, state=state, model="m", prompt_digest="d", latency_seconds=1, **fields
    )
    if state == AnswerState.ANSWERED:
        cite(answer)
    return answer


def cite(answer: Answer, **fields) -> Citation:
    values = {
        "position": 0,
        "sentence": "It says what a row means.",
        "quote": "The grain says what one row means.",
        "start_seconds": 201.7,
        "end_seconds": 204,
    }
    video = Course.objects.get().videos.get()
    return Citation.objects.create(answer=answer, video=video, **values | fields)


def read(response) -> str:
    """Return what a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_an_empty_chat_says_what_it_does_and_offers_the_courses(page, course):
    Course.objects.create(title="Someone else's")
    said = read(page.get("/chat/"))
    assert "Ask the tutor" in said and "Your conversations are kept here." in said
    assert "Warehousing" in said and "Someone else's" not in said


def test_a_person_without_a_course_is_told_how_to_join_one():
    client = Client()
    client.force_login(User.objects.create_user("bob"))
    for url in ("/chat/", "/search/"):
        assert "You take part in no course yet" in read(client.get(url))


def test_a_course_is_chosen_by_the_address_and_a_wrong_one_is_passed_over(page, course, ann):
    other = Course.objects.create(title="Another", access=CourseAccess.OPEN)
    assert f'<option value="{other.pk}" selected>' in page.get(f"/chat/?course={other.pk}").content.decode()
    for wrong in ("x", "0", "9" * 30, "-1", "%00", ""):
        assert page.get(f"/chat/?course={wrong}&video={wrong}&t={wrong}").status_code == 200


def test_a_question_about_a_moment_shows_it_and_keeps_it(page, course):
    shown = page.get("/chat/?video=-lecture1&t=201.5")
    assert "About About -lecture1 at 03:21" in read(shown)
    assert f'<option value="{course.pk}" selected>' in shown.content.decode()
    assert 'name="video" value="-lecture1"' in shown.content.decode()
    page.post("/chat/", {"text": "Why?", "course": course.pk, "video": "-lecture1", "t": "201.5"})
    question = Question.objects.get()
    assert (question.video.video_id, question.moment_seconds) == ("-lecture1", 201.5)
    assert "About About -lecture1 at 03:21" in read(page.get(f"/chat/{question.conversation_id}/"))


def test_a_moment_of_a_lecture_that_is_not_theirs_is_neither_shown_nor_asked(page, course):
    factories.make_video("secret", title="A secret lecture")
    assert "secret" not in read(page.get("/chat/?video=secret&t=3"))
    page.post("/chat/", {"text": "Why?", "course": course.pk, "video": "secret"})
    assert Question.objects.get().video is None


def test_without_scripts_a_question_is_asked_and_its_answer_read_by_loading_again(page, course):
    response = page.post("/chat/", {"text": "What is the grain?", "course": course.pk})
    question = Question.objects.get()
    assert response["Location"] == f"/chat/{question.conversation_id}/#question-{question.pk}"
    waiting = page.get(response["Location"])
    assert "Load the page again to see the answer" in read(waiting)
    assert reverse("question_events", args=[question.pk]) in waiting.content.decode()
    answer(question)
    said = read(page.get(response["Location"]))
    assert "It says what a row means." in said and "Load the page again" not in said
    page.post(f"/chat/{question.conversation_id}/", {"text": "And then?"})
    assert Question.objects.count() == 2


def test_a_script_that_asks_gets_the_new_exchange_alone(page, asked):
    answer(asked)
    response = page.post(f"/chat/{asked.conversation_id}/", {"text": "And then?"}, headers=SCRIPT)
    html = response.content.decode()
    assert html.strip().startswith("<article") and "And then?" in html and "What is the grain?" not in html


def test_a_citation_opens_our_page_at_its_second_and_shows_the_lectures_words(page, asked):
    answer(asked)
    html = page.get(f"/chat/{asked.conversation_id}/").content.decode()
    assert html.count('href="/videos/-lecture1/?t=201"') == 2
    assert 'aria-label="[1] About -lecture1, 03:21"' in html
    assert "The grain says what one row means." in html


def test_a_quote_is_marked_as_one(page, asked):
    answer(asked, is_quote=True)
    assert '"sentence is-quote"' in page.get(f"/chat/{asked.conversation_id}/").content.decode()


def test_a_withdrawn_citation_has_no_words_and_no_link(page, asked):
    kept = answer(asked)
    kept.citations.update(is_withdrawn=True, sentence="", quote="", url="")
    response = page.get(f"/chat/{asked.conversation_id}/")
    assert "Withdrawn: the lecture that said this is no longer here." in read(response)
    html = response.content.decode()
    assert "About -lecture1" not in html and "/videos/-lecture1/" not in html


def test_a_refusal_is_shown_without_sources(page, asked):
    answer(asked, state=AnswerState.REFUSED, text="The course does not answer this.", reason="Nothing near.")
    response = page.get(f"/chat/{asked.conversation_id}/")
    assert "The course does not answer this. Nothing near." in read(response)
    assert 'class="source"' not in response.content.decode().split("<template")[0]


@pytest.mark.parametrize("state", [AnswerState.FAILED, AnswerState.STOPPED])
def test_what_failed_or_was_stopped_can_be_asked_again(page, asked, state):
    answer(asked, state=state, reason="Traceback of the operator")
    shown = page.get(f"/chat/{asked.conversation_id}/")
    assert "Ask again" in read(shown) and "Traceback" not in read(shown)
    response = page.post(f"/chat/questions/{asked.pk}/retry/")
    again = Question.objects.latest("pk")
    assert again.pk != asked.pk and again.text == asked.text
    assert response["Location"].endswith(f"#question-{again.pk}")


def test_asking_again_in_vain_says_why_and_keeps_the_text(page, asked):
    response = page.post(f"/chat/questions/{asked.pk}/retry/")
    assert response.status_code == 429
    assert "not answered yet" in read(response) and "What is the grain?</textarea>" in response.content.decode()


def test_a_waiting_question_can_be_stopped(page, asked):
    response = page.post(f"/chat/questions/{asked.pk}/stop/", headers=SCRIPT)
    assert response.status_code == 204
    assert "You stopped this answer." in read(page.get(f"/chat/{asked.conversation_id}/"))


def test_a_full_tutor_says_when_to_ask_again_and_keeps_the_text(page, course, settings):
    settings.MOST_QUESTIONS_WAITING = 0
    response = page.post("/chat/", {"text": "My long question", "course": course.pk})
    assert response.status_code == 429 and int(response["Retry-After"]) > 0
    assert re.search(r"The tutor is full.*Ask again in \d+ seconds", read(response))
    assert "My long question</textarea>" in response.content.decode()
    assert not Conversation.objects.exists()


def test_a_script_gets_the_words_of_a_full_tutor_for_their_place_beside_the_text(page, asked):
    response = page.post(f"/chat/{asked.conversation_id}/", {"text": "More"}, headers=SCRIPT)
    assert (response.status_code, response["HX-Retarget"]) == (429, "[data-notice]")
    assert response.content.decode().strip().startswith('<p class="notice">Your question before this one')


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "a\0b"])
def test_a_question_that_cannot_be_read_is_refused_with_a_sentence(page, course, text):
    response = page.post("/chat/", {"text": text, "course": course.pk})
    assert response.status_code == 422 and 'class="notice"' in response.content.decode()
    assert not Question.objects.exists()


def test_a_course_with_nothing_to_search_says_so_and_takes_no_question(page):
    empty = Course.objects.create(title="New", access=CourseAccess.OPEN)
    assert "New (not ready yet)" in read(page.get("/chat/"))
    response = page.post("/chat/", {"text": "What?", "course": empty.pk})
    assert "Nothing of this course can be asked or searched yet" in read(response)
    assert not Question.objects.exists()


def test_another_persons_course_cannot_be_asked(page):
    closed = Course.objects.create(title="Closed", access=CourseAccess.LIST)
    response = page.post("/chat/", {"text": "What?", "course": closed.pk})
    assert response.status_code == 422 and not Question.objects.exists()


def test_of_several_attempts_the_newest_is_shown(page, asked):
    answer(asked, attempt=2, state=AnswerState.REFUSED, text="The course does not answer this.")
    answer(asked, attempt=1, state=AnswerState.FAILED)
    said = read(page.get(f"/chat/{asked.conversation_id}/"))
    assert "The course does not answer this." in said and "Something went wrong" not in said


def test_a_conversation_of_a_course_that_was_left_can_be_read_and_not_continued(page, asked):
    answer(asked)
    Membership.objects.all().delete()
    assert "It says what a row means." in read(page.get(f"/chat/{asked.conversation_id}/"))
    response = page.post(f"/chat/{asked.conversation_id}/", {"text": "And then?"})
    assert response.status_code == 422 and "no longer open to you" in read(response)
    assert Question.objects.count() == 1


def test_an_answer_is_judged_once_by_a_person_who_may_think_again(page, asked):
    kept = answer(asked)
    url = f"/chat/answers/{kept.pk}/feedback/"
    worse = {"is_helpful": "false", "reason": "wrong", "comment": "No."}
    assert "not helpful: It is wrong." in read(page.post(url, worse, headers=SCRIPT))
    assert page.post(url, {"is_helpful": "true"})["Location"].endswith(f"#question-{asked.pk}")
    feedback = Feedback.objects.get()
    assert feedback.is_helpful and feedback.reason == ""
    assert "You found this helpful." in read(page.get(f"/chat/{asked.conversation_id}/"))


@pytest.mark.parametrize("sent", [{}, {"is_helpful": "maybe"}, {"is_helpful": "false", "reason": "bad"}])
def test_feedback_that_no_page_sends_is_refused(page, asked, sent):
    assert page.post(f"/chat/answers/{answer(asked).pk}/feedback/", sent).status_code == 400
    assert not Feedback.objects.exists()


def test_a_conversation_is_renamed_or_the_reason_why_not_is_said(page, asked):
    url = f"/chat/{asked.conversation_id}/rename/"
    page.post(url, {"title": HOSTILE})
    assert Conversation.objects.get().title == " ".join(HOSTILE.split())
    assert "A title has from 1 to 200 characters." in read(page.post(url, {"title": " "}, follow=True))


def test_a_conversation_is_deleted_with_all_it_holds(page, asked):
    answer(asked)
    response = page.post(f"/chat/{asked.conversation_id}/delete/", follow=True)
    assert "The conversation is deleted." in read(response)
    assert not Conversation.objects.exists() and not Answer.objects.exists()


def test_conversations_are_listed_by_course_newest_first_and_older_ones_on_demand(page, ann, course):
    for number in range(42):
        Conversation.objects.create(user=ann, course=course if number % 2 else None, title=f"talk {number:02}")
    said = read(page.get("/chat/"))
    assert said.index("talk 41") < said.index("talk 03") and "talk 01" not in said
    assert said.index("talk 41") < said.index("All your courses") and "Older conversations" in said
    assert "talk 01" in read(page.get("/chat/?history=all"))


def test_what_people_and_lectures_say_is_text_and_never_markup(page, asked):
    Conversation.objects.update(title=HOSTILE)
    Question.objects.update(text=HOSTILE)
    Course.objects.update(title=HOSTILE)
    Course.objects.get().videos.update(title=HOSTILE)
    kept = answer(asked)
    kept.citations.update(sentence=HOSTILE, quote=HOSTILE)
    for url in (f"/chat/{asked.conversation_id}/", "/chat/?video=-lecture1&t=1", "/search/?q=grain"):
        html = page.get(url).content.decode()
        assert "<img" not in html and HOSTILE in unescape(html)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/chat/{conversation}/"),
        ("post", "/chat/{conversation}/"),
        ("post", "/chat/{conversation}/rename/"),
        ("post", "/chat/{conversation}/delete/"),
        ("get", "/chat/questions/{question}/"),
        ("post", "/chat/questions/{question}/stop/"),
        ("post", "/chat/questions/{question}/retry/"),
        ("post", "/chat/answers/{answer}/feedback/"),
    ],
)
def test_what_is_another_persons_is_not_there(asked, course, method, path):
    eve = User.objects.create_user("eve")
    Membership.objects.create(course=course, user=eve)
    client = Client()
    client.force_login(eve)
    kept = answer(asked)
    url = path.format(conversation=asked.conversation_id, question=asked.pk, answer=kept.pk)
    sent = {"text": "Mine now?", "title": "Mine", "is_helpful": "true"}
    assert getattr(client, method)(url, sent).status_code == 404
    assert getattr(client, method)(re.sub(r"\d+", "9" * 30, url), sent).status_code == 404
    assert Conversation.objects.get().title == "What is the grain?"
    assert Question.objects.count() == 1 and not Feedback.objects.exists()


def test_every_form_wants_its_token(ann, asked):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    kept = answer(asked)
    paths = ["rename", "delete"]
    urls = [f"/chat/{asked.conversation_id}/{path}/" for path in paths]
    urls += [f"/chat/questions/{asked.pk}/{path}/" for path in ("stop", "retry")]
    for url in [*urls, "/chat/", f"/chat/{asked.conversation_id}/", f"/chat/answers/{kept.pk}/feedback/"]:
        assert client.post(url, {"text": "x", "title": "x", "is_helpful": "true"}).status_code == 403
    assert Question.objects.count() == 1


def test_nobody_comes_in_without_signing_in(asked):
    for url in ("/chat/", f"/chat/{asked.conversation_id}/", f"/chat/questions/{asked.pk}/", "/search/?q=grain"):
        assert Client().get(url)["Location"].startswith("/accounts/login/")


def test_a_search_finds_sentences_marks_the_words_and_opens_their_second(page):
    html = page.get("/search/?q=grains of a row").content.decode()
    assert "The <mark>grain</mark> says what one <mark>row</mark> means." in " ".join(html.split())
    assert 'href="/videos/-lecture1/?t=0"' in html


def test_a_search_goes_through_a_persons_own_courses_alone(page, course, word_embeddings):
    other = Course.objects.create(title="Closed", access=CourseAccess.LIST)
    other.videos.add(factories.make_lecture("secret", ["The grain of the secret sentence."]))
    factories.index_all()
    for url in ("/search/?q=grain", f"/search/?q=grain&course={other.pk}"):
        assert "secret" not in read(page.get(url))


def test_a_search_can_be_narrowed_to_a_course(page, course, word_embeddings):
    second = Course.objects.create(title="Second", access=CourseAccess.OPEN)
    second.videos.add(factories.make_lecture("second", ["A grain of wheat."]))
    factories.index_all()
    assert {"About second", "About -lecture1"} <= set(
        re.findall(r"About [\w-]+", read(page.get("/search/?q=grain")))
    )
    narrowed = read(page.get(f"/search/?q=grain&course={second.pk}"))
    assert "About second" in narrowed and "About -lecture1" not in narrowed


def test_a_search_for_nothing_or_for_what_nobody_says_tells_what_to_do(page):
    assert "Everything said in your lectures can be found" in read(page.get("/search/"))
    assert "Nothing near “zebra” is said" in read(page.get("/search/?q=zebra"))
    assert "No more was found" in read(page.get("/search/?q=grain&page=10"))


@pytest.mark.parametrize(
    "query", ["q=a%00b", "q=grain&page=0", "q=grain&page=x", "q=grain&course=999", "q=" + "x" * 2001]
)
def test_a_search_that_cannot_be_made_is_refused_with_a_sentence(page, query):
    assert "This cannot be looked for" in read(page.get(f"/search/?{query}"))


def test_a_search_before_anything_is_indexed_says_what_happens_next(page):
    empty = Course.objects.create(title="New", access=CourseAccess.OPEN)
    assert "There is nothing to search yet" in read(page.get(f"/search/?q=grain&course={empty.pk}"))


def test_a_script_that_searches_gets_what_was_found_alone(page):
    assert "<html" not in page.get("/search/?q=grain", headers=SCRIPT).content.decode()


def test_more_matches_are_a_page_away(page, course, word_embeddings):
    course.videos.add(factories.make_lecture("long", [f"Sentence {n} of the grain." for n in range(30)]))
    factories.index_all()
    first, second = (page.get(f"/search/?q=grain&page={number}").content.decode() for number in (1, 2))
    assert first.count('class="time"') == 20 and "page=2" in first
    assert 0 < second.count('class="time"') <= 20 and "page=1" in second


def test_no_page_is_heavy_on_queries(page, asked, django_assert_max_num_queries):
    kept = answer(asked)
    for position in range(1, 5):
        cite(kept, position=position)
    with django_assert_max_num_queries(14):
        page.get(f"/chat/{asked.conversation_id}/")

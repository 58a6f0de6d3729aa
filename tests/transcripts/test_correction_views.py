import pytest
from django.urls import reverse

from ingestion.models import TEACH, Membership
from tests.transcripts import pages
from transcripts.models import Correction

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BETTER = "A fact table has <one> grain."


@pytest.fixture
def course():
    return pages.make_course()


@pytest.fixture
def tina(client, course):
    user = pages.make_person("tina", TEACH)
    Membership.objects.create(course=course, user=user)
    client.force_login(user)
    return user


@pytest.fixture
def segment(course):
    return pages.make_heard(pages.make_lecture(course)).segments.get(position=0)


def address(segment):
    return reverse("segment", args=[segment.pk])


def page_of(client):
    return client.get(reverse("video", args=["lecture-01"])).content.decode()


def test_pens_are_for_those_who_may_correct(client, course, tina, segment):
    assert page_of(client).count('class="pen"') == 2
    assert "corrections.js" in page_of(client)
    student = pages.make_person("sam")
    Membership.objects.create(course=course, user=student)
    client.force_login(student)
    assert "pen" not in page_of(client).partition('id="lines"')[2].partition("</ol>")[0]
    assert "corrections.js" not in page_of(client)


def test_without_a_script_a_page_takes_the_text_and_leads_back(client, tina, segment):
    assert "<textarea" in client.get(address(segment)).content.decode()
    answer = client.post(address(segment), {"text": BETTER, "version": 0})
    assert (answer.status_code, answer["Location"]) == (302, "/videos/lecture-01/?t=0")
    page = page_of(client)
    assert "A fact table has &lt;one&gt; grain." in page
    assert 'class="pen is-corrected"' in page


def test_a_script_gets_the_form_and_then_the_line_alone(client, tina, segment):
    form = client.get(address(segment), headers=HTMX).content.decode()
    assert form.startswith('<div class="correcting">')
    said = client.post(address(segment), {"text": BETTER, "version": 0}, headers=HTMX).content.decode()
    assert (
        f'<span id="said-{segment.pk}" hx-swap-oob="innerHTML">A fact table has &lt;one&gt; grain.</span>' in said
    )
    assert "Saved as version 1." in said


def test_whoever_saves_second_sees_both_texts_and_may_save_again(client, tina, segment):
    client.post(address(segment), {"text": BETTER, "version": 0})
    answer = client.post(address(segment), {"text": "A third thing.", "version": 0})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Someone else has corrected this meanwhile" in page
    assert "A fact table has &lt;one&gt; grain." in page
    assert "A third thing." in page
    assert '<input type="hidden" name="version" value="1"' in page
    client.post(address(segment), {"text": "A third thing.", "version": 1})
    segment.refresh_from_db()
    assert segment.text == "A third thing."


def test_an_earlier_version_is_restored_by_its_text(client, tina, segment):
    client.post(address(segment), {"text": BETTER, "version": 0})
    page = client.get(address(segment)).content.decode()
    assert "As it was heard" in page
    assert page.count("Restore this one") == 1
    client.post(address(segment), {"text": segment.text, "version": 1})
    page = client.get(address(segment)).content.decode()
    assert "Version 1, tina," in page
    assert "is-corrected" not in page_of(client)


def test_a_text_that_cannot_be_is_refused_beside_the_field(client, tina, segment):
    answer = client.post(address(segment), {"text": "x" * 2001, "version": 0})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


def test_what_needs_review_is_shown_and_settled(client, tina, segment):
    client.post(address(segment), {"text": BETTER, "version": 0})
    assert "needs review" not in page_of(client)
    segment.transcription.segments.update(correction=None)
    assert "1 correction needs review" in page_of(client)
    row = Correction.objects.get()
    answer = client.post(reverse("correction_settle", args=[row.pk]), follow=True)
    assert "The correction is settled." in answer.content.decode()
    assert "needs review" not in page_of(client)


def test_a_line_that_is_put_back_says_what_it_said_last(client, tina, segment):
    client.post(address(segment), {"text": BETTER, "version": 0})
    client.post(address(segment), {"text": "", "version": 1})
    assert 'name="text" value="A fact table has &lt;one&gt; grain."' in page_of(client)


def test_a_form_without_a_text_takes_nothing_out(client, tina, segment):
    assert client.post(address(segment), {"version": 0}).status_code == 422
    assert not Correction.objects.exists()


def test_a_line_is_taken_out_and_listed_for_those_who_may_put_it_back(client, tina, segment):
    answer = client.post(address(segment), {"text": "", "version": 0}, headers=HTMX).content.decode()
    assert "Taken out." in answer
    page = page_of(client)
    lines = page.partition('id="lines"')[2].partition("</ol>")[0]
    assert segment.text not in lines
    assert "1 line was taken out" in page
    assert f'name="text" value="{segment.text}"' in page
    assert segment.text in client.get(address(segment)).content.decode()
    client.post(address(segment), {"text": segment.text, "version": 1})
    assert "taken out" not in page_of(client)


def test_a_lecture_of_which_every_line_was_taken_out_says_so(client, tina, segment):
    for each in segment.transcription.segments.all():
        client.post(address(each), {"text": "", "version": 0})
    page = page_of(client)
    assert "Every line of this lecture was taken out." in page
    assert "2 lines were taken out" in page

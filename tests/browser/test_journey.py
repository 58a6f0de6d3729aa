"""One class from its first folder to its first answer, as a teacher, a student and an operator live it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COURSE, LECTURE, TIMEOUT_MILLISECONDS, kill_web, sign_in

QUESTION = "What does the grain of a fact table say?"
FOLLOW_UP = "Why is it declared first?"
# Two lectures are heard, loaded, cut and embedded on whatever machine this is.
READY_MILLISECONDS = 240_000


@pytest.fixture(scope="module")
def lectures(browser, site):
    """Add the folder as the teacher does and watch it until every lecture is ready; return the course's path."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MILLISECONDS)
    sign_in(page, "teacher")
    page.get_by_role("link", name="Add lectures").first.click()
    page.locator("[data-test=offer]", has_text="warehousing").click()
    preview = page.locator("[data-test=preview]")
    expect(preview).to_contain_text("warehousing")
    expect(preview).to_contain_text("2")
    page.locator("[data-test=add-form]").get_by_label("Title of the new course").fill(COURSE)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url(re.compile(r"/add/\d+/"))
    page.get_by_role("link", name="To the lectures").click()
    expect(page.locator("[data-test=lecture]")).to_have_count(2, timeout=TIMEOUT_MILLISECONDS)
    expect(page.locator("[data-test=lecture][data-state=ready]")).to_have_count(2, timeout=READY_MILLISECONDS)
    await_index(page)
    context.close()


def await_index(page):
    """Search until the sentences of the lecture that answers have their vectors."""
    for _ in range(60):
        page.goto(f"/search/?q={QUESTION.replace(' ', '+')}")
        if page.locator(f"#found a.time[href*={LECTURE}]").count():
            return
        page.wait_for_timeout(2000)
    raise AssertionError("nothing could be searched")


def test_a_hit_opens_the_lecture_at_its_second(lectures, open_page):
    page = open_page("teacher")
    page.goto("/")
    page.get_by_label("Search everything said").fill(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    page.locator("#found a.time").first.click()
    page.wait_for_url(re.compile(r"/videos/dwStar-002x/\?t=\d+"))
    second = int(re.search(r"t=(\d+)", page.url)[1])
    page.wait_for_function(
        "second => Math.abs(document.querySelector('#media').currentTime - second) < 1.5", arg=second
    )
    line = page.locator("#lines a[data-second]").nth(3)
    line.click()
    wanted = float(line.get_attribute("data-second"))
    page.wait_for_function(
        "second => Math.abs(document.querySelector('#media').currentTime - second) < 3", arg=wanted
    )
    page.get_by_label("Search in this transcript").fill("grain")
    expect(page.locator("#find-count")).to_have_text(re.compile(r"1 of \d+"))


def ask(page, text):
    page.get_by_label("Your question").fill(text)
    page.keyboard.press("Enter")


def test_an_answer_arrives_sentence_by_sentence_and_its_citation_opens_the_player_beside_it(lectures, open_page):
    page = open_page("teacher")
    page.goto("/chat/")
    page.get_by_label("Course").select_option(label=COURSE)
    ask(page, QUESTION)
    page.wait_for_url(re.compile(r"/chat/\d+/"))
    first = page.locator("article.exchange").first
    expect(first.locator(".sentence").first).to_be_visible()
    expect(first.get_by_role("button", name="Copy")).to_be_visible()
    first.locator("a.cite").first.click()
    frame = page.locator("[data-player-frame] iframe")
    expect(frame).to_have_attribute("src", re.compile(r"/videos/dwStar-002x/\?.*frame=1"))
    expect(page.frame_locator("[data-player-frame] iframe").locator("#lines")).to_be_visible()
    ask(page, FOLLOW_UP)
    second = page.locator("article.exchange").nth(1)
    expect(second.locator("[data-tools] form, [data-tools] button").first).to_be_visible()
    expect(second).to_have_attribute("data-state", re.compile("answered|refused"))


def test_an_answer_survives_the_web_process_being_killed(lectures, open_page, site):
    page = open_page("teacher")
    page.goto("/chat/")
    page.get_by_label("Course").select_option(label=COURSE)
    ask(page, "What is a date dimension for?")
    page.wait_for_url(re.compile(r"/chat/\d+/"))
    assert kill_web(site.stack) > 0
    exchange = page.locator("article.exchange").first
    expect(exchange).to_have_attribute("data-state", re.compile("answered|refused"))
    said = exchange.locator(".sentence").all_inner_texts()
    page.reload()
    expect(page.locator("article.exchange").first.locator(".sentence")).to_have_count(len(said))
    assert page.locator("article.exchange").first.locator(".sentence").all_inner_texts() == said


def test_a_student_sees_nothing_until_the_course_is_theirs(lectures, open_page):
    student = open_page("student")
    student.goto("/")
    expect(student.get_by_text("You take part in no course yet")).to_be_visible()
    assert student.goto("/videos/dwStar-002x/").status == 404
    teacher = open_page("teacher")
    teacher.goto("/")
    teacher.locator("[data-test=course]").first.click()
    teacher.get_by_role("link", name="About this course").click()
    teacher.get_by_label("whoever has the code").check()
    teacher.get_by_role("button", name="Save").click()
    code = teacher.locator("[data-test=code]").inner_text()
    student.goto("/courses/join/")
    student.get_by_label("The code your teacher gave you").fill(code)
    student.get_by_role("button", name="Join", exact=True).click()
    student.goto("/")
    expect(student.locator("[data-test=lecture]")).to_have_count(2)

"""Every page, wide and narrow, light and dark: no serious finding of axe, little weight, no sideways scrolling."""

import itertools
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import LECTURE

# Path, who opens it. What is shown beside these needs lectures that are ready: the journey looks at it.
PAGES = {
    "sign-in": ("/accounts/login/", ""),
    "password-reset": ("/accounts/password/reset/", ""),
    "sign-up": ("/accounts/signup/", ""),
    "library-empty": ("/", "student"),
    "library": ("/", "operator"),
    "lecture": (f"/videos/{LECTURE}/", "operator"),
    "search": ("/search/?q=grain", "operator"),
    "chat": ("/chat/", "operator"),
    "add": ("/add/", "teacher"),
    "add-link": ("/add/?link=@harborbooks", "teacher"),
    "join": ("/courses/join/", "student"),
    "course": ("/courses/1/", "operator"),
    "change": ("/following/1/", "operator"),
    "account": ("/account/", "operator"),
    "invitations": ("/account/invitations/", "operator"),
    "status": ("/status/", "operator"),
    "recipes": ("/api/recipes/", "operator"),
    "api-docs": ("/api/docs/", "operator"),
    "admin": ("/admin/", "operator"),
    "admin-videos": ("/admin/ingestion/video/", "operator"),
    "not-found": ("/nothing-here/", "operator"),
}
WIDTHS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 740}}
MOST_BYTES = 300_000
THEMES = ("light", "dark")
# Swagger's and Django's own parts of a page are theirs, as is the weight of their pages.
NOT_OURS = {"api-docs": ".swagger-ui", "admin": "#none", "admin-videos": "#changelist-search"}


@pytest.fixture(scope="module")
def landed(site):
    """The two lectures in a course that follows a channel, not yet heard: every page has something to show."""
    site.stack.manage("ingest", site.inbox, "--course", "Looked at")
    site.stack.manage("shell", "-v0", "-c", FOLLOWED)


FOLLOWED = """
from datetime import timedelta
from django.utils import timezone
from ingestion.models import *
course = Course.objects.get(title="Looked at")
later = timezone.now() + timedelta(days=2)
for name, fields in {
    "@harborbooks": {"title": "Harbor Books", "next_pull_at": later},
    "@harbor-papers": {"error": "playlistNotFound: " + "It cannot be found. " * 12, "next_pull_at": later},
    "@harbor-films": {"is_paused": True},
}.items():
    Subscription.objects.get_or_create(course=course, kind="channel", reference=name, defaults=fields)
for video in course.videos.all():
    AudioFetch.objects.get_or_create(video=video, defaults={"reason": "bot_check", "next_attempt_at": later})
"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_fits_its_width_and_is_accessible(landed, open_page, name):
    path, who = PAGES[name]
    page = open_page(who)
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(size_of(response)))
    page.goto(path, wait_until="load")
    if name not in NOT_OURS:
        assert sum(sizes) < MOST_BYTES, f"{len(sizes)} requests"
    report(name, sizes)
    for theme, (width, viewport) in itertools.product(THEMES, WIDTHS.items()):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(viewport)
        page.evaluate(END_TRANSITIONS)
        keep_picture(page, f"{name}-{width}-{theme}")
        assert find_serious(page, name) == [], f"{width}, {theme}"
        if name not in NOT_OURS:
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{width}, {theme}"


def test_a_link_is_looked_at_with_and_without_scripts_and_then_followed(
    landed, open_page, browser, site, signed_in
):
    page = open_page("teacher")
    page.goto("/add/")
    page.get_by_label("Link, @handle or id").fill("https://www.youtube.com/@harborbooks")
    page.get_by_text("Which of its videos, and how often").click()
    page.get_by_label("Shorts, too").uncheck()
    page.get_by_role("button", name="Look first").click()
    look = page.locator("[data-test=look]")
    expect(look).to_contain_text("No key of YouTube's own service is set here.")
    expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    assert find_serious(page, "add-look") == []
    keep_picture(page, "add-look-wide-light")
    page.set_viewport_size(WIDTHS["narrow"])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    title = page.locator("[data-test=link-form]").get_by_label("Title of the new course")
    expect(title).to_have_value("@harborbooks")
    title.fill("Books by a harbor")
    page.get_by_role("button", name="Follow", exact=True).click()
    page.wait_for_url("**/courses/*/")
    expect(page.locator("[data-test=followed]")).to_have_count(1)
    page.get_by_role("button", name="Pause: @harborbooks").click()
    expect(page.locator("[data-test=followed][data-state=paused]")).to_have_count(1)
    plain = browser.new_context(base_url=site.url, storage_state=signed_in("teacher"), java_script_enabled=False)
    still = plain.new_page()
    still.goto("/add/?link=@harborbooks")
    still.get_by_role("button", name="Look first").click()
    expect(still.locator("[data-test=look]")).to_contain_text("@harborbooks")
    plain.close()


def test_what_a_person_unfolds_stays_so_while_the_page_keeps_itself_up_to_date(site, open_page):
    page = open_page("operator")
    page.goto("/status/")
    fold = page.locator("#fold-versions")
    expect(fold).not_to_have_attribute("open", "")
    fold.locator("summary").click()
    fold.evaluate("each => each.dataset.stale = 1")
    expect(page.locator("#fold-versions:not([data-stale])")).to_have_attribute("open", "")


# A colour on its way from one theme to the other has no contrast of its own.
END_TRANSITIONS = """() => document.getAnimations().forEach(
    (each) => each instanceof CSSTransition && each.finish()
)"""


def find_serious(page, name) -> list[str]:
    """Return what axe finds serious, of what is ours."""
    context = {"exclude": [[NOT_OURS[name]]]} if name in NOT_OURS else None
    return [
        f"{found['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for found in Axe().run(page, context=context).response["violations"]
        if found["impact"] in {"serious", "critical"}
        for node in found["nodes"]
    ]


def size_of(response) -> int:
    """Return the bytes of a response; the recording that a player begins to fetch is none of the page."""
    if "/media/" in response.url:
        return 0
    length = response.headers.get("content-length")
    return int(length) if length else len(response.body()) if response.ok else 0


def keep_picture(page, name: str) -> None:
    """Keep a picture where PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def report(name: str, sizes: list[int]) -> None:
    """Keep what the page weighs beside the pictures."""
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with (Path(folder) / "weights.tsv").open("a") as table:
            table.write(f"{name}\t{len(sizes)}\t{sum(sizes)}\n")

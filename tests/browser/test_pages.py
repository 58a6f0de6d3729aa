"""Every page, wide and narrow, light and dark: no serious finding of axe, little weight, no sideways scrolling."""

import itertools
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

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
    "join": ("/courses/join/", "student"),
    "course": ("/courses/1/", "operator"),
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
    """The two lectures in a course, not yet heard: every page has something to show."""
    site.stack.manage("ingest", site.inbox, "--course", "Looked at")


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
        keep_picture(page, f"{name}-{width}-{theme}")
        assert find_serious(page, name) == [], f"{width}, {theme}"
        if name not in NOT_OURS:
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{width}, {theme}"


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
        with (Path(folder) / "weights.tsv").open("a") as table:
            table.write(f"{name}\t{len(sizes)}\t{sum(sizes)}\n")

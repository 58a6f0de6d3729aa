"""A whole Lectern that serves, and the browser that people would open."""

import functools
import shutil
import socket
import time
import urllib.request
from contextlib import suppress

import psutil
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.system.stack import LECTURES, Stack, write_course

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]
PASSWORD = "browse-with-me"
COURSE = "Two lectures"
LECTURE = LECTURES[0]
TIMEOUT_MILLISECONDS = 60_000
expect.set_options(timeout=TIMEOUT_MILLISECONDS)


class Site:
    """Where the pages are, and the stack behind them."""

    def __init__(self, stack: Stack, url: str, inbox: str) -> None:
        self.stack, self.url, self.inbox = stack, url, inbox


@pytest.fixture(scope="package")
def site(tmp_path_factory):
    """A stack that serves pages, with an operator, a teacher and a student, and two lectures in its inbox."""
    folder = tmp_path_factory.mktemp("site")
    inbox = folder / "inbox"
    inbox.mkdir()
    write_course(inbox / "warehousing", video_ids=LECTURES)
    stack = Stack(folder / "var")
    port = find_free_port()
    stack.environment |= {"INGEST_ROOTS": str(inbox), "WEB_ADDRESS": f"127.0.0.1:{port}", "WEB_PROCESSES": "1"}
    stack.manage("seed")
    stack.manage("shell", "-v0", "-c", PEOPLE)
    serving = stack.start("up")
    url = f"http://127.0.0.1:{port}"
    try:
        await_site(url, serving)
        yield Site(stack, url, str(inbox))
    finally:
        serving.terminate()
        serving.communicate()
        stack.close()


PEOPLE = f"""
from django.contrib.auth.models import Group, User
for name in ("operator", "teacher", "student"):
    user = User.objects.create_user(name, f"{{name}}@example.org", "{PASSWORD}")
    user.groups.add(Group.objects.get(name=name))
"""


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def await_site(url, serving) -> None:
    for _ in range(240):
        assert serving.poll() is None, serving.stdout.read()
        with suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310
            return
        time.sleep(0.25)
    raise AssertionError("the site did not come up")


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, for as long as one module lasts: its event loop is in the way of other tests."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def signed_in(browser, site):
    """Return a function that gives the cookies of someone who has signed in, once for all tests of a module."""
    return functools.cache(functools.partial(keep_cookies, browser, site))


def keep_cookies(browser, site, name: str):
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MILLISECONDS)
    sign_in(page, name)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(browser, site, signed_in):
    """Return a function that opens a page as someone signed in, and fails the test on a script's error."""
    contexts = []

    def open_as(name: str):
        state = signed_in(name) if name else None
        context = browser.new_context(base_url=site.url, storage_state=state)
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: keep_fault(page, said))
        return page

    yield open_as
    faults = [fault for context in contexts for page in context.pages for fault in getattr(page, "faults", [])]
    for context in contexts:
        context.close()
    assert faults == []


def keep_fault(page, said) -> None:
    """Note what breaks the content security policy; a lost connection is part of a test."""
    if said.type == "error" and "Content Security Policy" in said.text:
        page.faults.append(said.text)


def kill_web(stack: Stack) -> int:
    """Kill every web process at once, with no chance to tidy up; return how many."""
    found = [process for process in psutil.process_iter(["cmdline"]) if is_web(process, stack)]
    for process in found:
        process.kill()
    return len(found)


def is_web(process: psutil.Process, stack: Stack) -> bool:
    if "web" not in (process.info["cmdline"] or []):
        return False
    with suppress(psutil.Error):
        return process.environ().get("VAR_DIR") == str(stack.var_dir)
    return False


def sign_in(page, name: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")

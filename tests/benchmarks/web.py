"""Two hundred people on the pages at once, while web processes are killed.

    python -m tests.benchmarks.web

An installation of its own (`manage.py up`, local settings, a folder that goes at the end) serves the sample
course, its captions as transcripts, and generated lectures beside it. Each person is signed in, opens the library,
a search, a lecture or, operators only, the status page, and reads for five to fifteen seconds. One web process is
killed, later all of them. As a browser does, a person tries once more where a connection kept alive was reset; all
else is an error.
"""

import asyncio
import json
import random
import ssl
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks import scratch
from tests.system.stack import ROOT, Stack
from tests.system.test_serving import Installation

PEOPLE = 200
OPERATORS = 20
SECONDS = 60
# The workers beside the pages are still starting when the first page is served.
SETTLE_SECONDS = 20
# A page is read for a while: two hundred readers ask for about twenty pages a second.
THINK_SECONDS = (5.0, 15.0)
ONE_KILLED_AFTER, ALL_KILLED_AFTER = 15, 35
LECTURES, SEGMENTS_EACH = 500, 120
WORDS = (
    "grain",
    "fact",
    "dimension",
    "key",
    "snapshot",
    "load",
    "watermark",
    "star",
    "snowflake",
    "column",
    "lineage",
    "surrogate",
    "natural",
    "mart",
)
RESET = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


@dataclass
class Tally:
    """What everybody saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    again_count: int = 0


class Person:
    """One browser: its own connections, its own cookie."""

    def __init__(self, *, url: str, session: str, pages: list[tuple[str, str]], tally: Tally, tls: ssl.SSLContext):
        self.pages, self.tally = pages, tally
        # Browsers keep a connection for minutes.
        kept = httpx.Limits(keepalive_expiry=60)
        cookies = {"sessionid": session}
        self.client = httpx.AsyncClient(base_url=url, cookies=cookies, timeout=30, verify=tls, limits=kept)
        self.is_fresh = False

    async def live(self, *, until: float) -> None:
        """Open pages until a time of the monotonic clock."""
        async with self.client:
            await asyncio.sleep(random.uniform(0, THINK_SECONDS[1]))
            while time.monotonic() < until:
                await self.open(*random.choice(self.pages))
                await asyncio.sleep(random.uniform(*THINK_SECONDS))

    async def open(self, name: str, path: str) -> None:
        started = time.monotonic()
        try:
            response = await self.get(path)
        except httpx.HTTPError as error:
            self.tally.errors.append(f"{name}: {type(error).__name__}")
            return
        self.tally.seconds[name].append(time.monotonic() - started)
        if response.status_code != 200:
            self.tally.errors.append(f"{name}: {response.status_code}")

    async def get(self, path: str) -> httpx.Response:
        self.is_fresh = False
        try:
            return await self.client.get(path, extensions={"trace": self.watch})
        except RESET:
            if self.is_fresh:
                raise
            self.tally.again_count += 1
            return await self.client.get(path)

    async def watch(self, event: str, info: dict[str, Any]) -> None:
        """Learn whether a request has opened a connection of its own."""
        self.is_fresh |= event == "connection.connect_tcp.started"


async def live_together(people: list[Person], installation: Installation) -> None:
    """Let everybody live, and kill web processes meanwhile."""
    until = time.monotonic() + SECONDS
    await asyncio.gather(
        *(person.live(until=until) for person in people),
        kill_after(ONE_KILLED_AFTER, installation, count=1),
        kill_after(ALL_KILLED_AFTER, installation, count=None),
    )


async def kill_after(seconds: float, installation: Installation, *, count: int | None) -> None:
    await asyncio.sleep(seconds)
    for process in installation.find("web")[:count]:
        process.kill()


def fill_apart(stack: Stack) -> list[tuple[str, bool]]:
    """Run `fill` in a process that holds the stack's services no longer than it needs them."""
    command = [sys.executable, "-m", "tests.benchmarks.web", "--fill"]
    done = subprocess.run(command, cwd=ROOT, env=stack.environment, capture_output=True, text=True, check=True)
    return [(session, is_operator) for session, is_operator in json.loads(done.stdout)]


def fill() -> list[tuple[str, bool]]:
    """Write lectures and people; return each person's session and whether they are an operator."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.utils import timezone

    from assistant import sentences
    from assistant.models import IndexState, VideoIndex
    from config import roles
    from ingestion.models import Course, CourseAccess, Video
    from transcripts.models import Segment, State, Transcription

    course = Course.objects.first()
    assert course is not None
    Course.objects.update(access=CourseAccess.OPEN)
    now = timezone.now()
    videos = Video.objects.bulk_create(
        Video(
            video_id=f"gen{number:08}",
            title=f"Lecture {number}: {' '.join(random.sample(WORDS, 3))}",
            duration_seconds=600,
            view_count=number,
            published_at=now,
            observed_at=now,
        )
        for number in range(LECTURES)
    )
    course.videos.add(*videos)
    transcriptions = Transcription.objects.bulk_create(
        Transcription(
            video=video,
            media_sha256="0" * 64,
            digest="generated",
            engine="faster_whisper",
            language="en",
            state=State.DONE,
            is_preferred=True,
            duration_seconds=600,
            finished_at=now,
        )
        for video in videos
    )
    # Said to be embedded: what is measured are the pages, not the workers beside them.
    VideoIndex.objects.bulk_create(
        VideoIndex(
            video=row.video,
            transcription=row,
            transcription_finished_at=now,
            format=sentences.FORMAT,
            state=IndexState.DONE,
            embedding_model=settings.EMBEDDING_MODEL,
        )
        for row in transcriptions
    )
    Segment.objects.bulk_create(
        (
            Segment(
                transcription=row,
                position=position,
                text=f"Here the {' '.join(random.choices(WORDS, k=9))}.",
                start_seconds=position * 5,
                end_seconds=position * 5 + 4,
            )
            for row in transcriptions
            for position in range(SEGMENTS_EACH)
        ),
        batch_size=5000,
    )
    sessions = []
    store = import_module(settings.SESSION_ENGINE)
    for number in range(PEOPLE):
        user = User.objects.create(username=f"person{number}")
        is_operator = number < OPERATORS
        roles.give(user=user, role=roles.Role.OPERATOR if is_operator else roles.Role.STUDENT)
        session = store.SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
        sessions.append((session.session_key, is_operator))
    return sessions


def list_pages(*, is_operator: bool) -> list[tuple[str, str]]:
    pages = [("library", "/"), ("library", "/?page=2")]
    pages += [("search", f"/search/?q={word}+{random.choice(WORDS)}") for word in random.sample(WORDS, 2)]
    pages += [("video", f"/videos/gen{random.randrange(LECTURES):08}/") for _ in range(2)]
    return pages + ([("status", "/status/"), ("status", "/status/")] if is_operator else [])


def run(var_dir: Path) -> Tally:
    stack, tally = Stack(var_dir), Tally()
    stack.environment |= {"TRANSCRIBER": "captions"}
    try:
        stack.manage("ingest", "--source", "folder", str(ROOT / "ingestion" / "sample_course"))
        stack.manage("pipeline")
        sessions = fill_apart(stack)
        installation = Installation(stack)
        try:
            asyncio.run(warm_up_and_live(installation, sessions, tally))
        finally:
            installation.supervisor.terminate()
            installation.supervisor.communicate()
    finally:
        stack.close()
    return tally


async def warm_up_and_live(installation: Installation, sessions: list[tuple[str, bool]], tally: Tally) -> None:
    tls = ssl.create_default_context()
    people = [
        Person(
            url=installation.url, session=session, pages=list_pages(is_operator=is_operator), tally=tally, tls=tls
        )
        for session, is_operator in sessions
    ]
    # A web process loads the search's model with the first question put to it.
    async with httpx.AsyncClient(
        base_url=installation.url, cookies={"sessionid": sessions[0][0]}, timeout=60
    ) as one:
        await asyncio.gather(*(one.get("/search/?q=grain") for _ in range(4)))
        await asyncio.sleep(SETTLE_SECONDS)
    await live_together(people, installation)


def find_percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)] if values else 0.0


def main() -> None:
    random.seed(20261125)
    if "--fill" in sys.argv:
        scratch.set_up()
        print(json.dumps(fill()))
        return
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder) / "var")
    for name, seconds in sorted(tally.seconds.items()):
        middle, slow = find_percentile(seconds, 0.5), find_percentile(seconds, 0.95)
        print(f"{name:8} {len(seconds):6} opened, median {middle * 1000:6.0f} ms, p95 {slow * 1000:6.0f} ms")
    print(f"{tally.again_count} tried again after a reset of a kept-alive connection")
    for error in sorted(set(tally.errors)):
        print(f"{tally.errors.count(error)} times {error}")
    everything = [one for seconds in tally.seconds.values() for one in seconds]
    result = {
        "users": PEOPLE,
        "requests_per_second": round(len(everything) / SECONDS, 1),
        "p95_ms": round(find_percentile(everything, 0.95) * 1000),
        "errors": len(tally.errors),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

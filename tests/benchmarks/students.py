"""Students who all ask at once, over HTTP, of a real installation whose processes are killed meanwhile.

    python -m tests.benchmarks.students [--students 50]

A folder of its own gets the sample course as it was spoken, one web process, one worker that answers with the
real model, one for the rest, and beat. Each student signs in with a token, asks, and follows the events; who is
refused comes back when told to; who is cut off goes on after the last event seen. An answer is lost if a student
never sees its end, or sees other sentences than those that were kept. The last line is JSON.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from config import serving
from tests.system.stack import ROOT, Stack

COURSE = ROOT / "ingestion" / "sample_course"
MOST_SECONDS = 1800
SET_UP = """
import itertools, json, sys
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import AuthToken
from ingestion.models import Course, Video
from transcripts.models import Segment, State, Transcription

course = Course.objects.create(title="Data Warehousing", access="open")
rows = [json.loads(line) for line in open({sentences!r})]
for video_id, said in itertools.groupby(rows, key=lambda row: row["video_id"]):
    video = Video.objects.create(video_id=video_id, title=video_id, is_on_youtube=False)
    course.videos.add(video)
    transcription = Transcription.objects.create(video=video, digest="d", engine="captions", state=State.DONE,
                                                 is_preferred=True, finished_at=timezone.now())
    Segment.objects.bulk_create(
        Segment(transcription=transcription, position=row["position"], text=row["text"],
                start_seconds=row["start_seconds"], end_seconds=row["end_seconds"]) for row in said)
users = [User.objects.create_user("student-%d" % n) for n in range({count})]
print(json.dumps([AuthToken.objects.create(user)[1] for user in users]))
"""


@dataclass
class Student:
    """One who asks, and what they live to see."""

    token: str
    text: str
    question_id: int = 0
    asked_at: float = 0.0
    first_event_seconds: float | None = None
    first_sentence_seconds: float | None = None
    has_seen_queue: bool = False
    refused_count: int = 0
    resumed_count: int = 0
    reset_count: int = 0
    repeated_count: int = 0
    sentences: list[str] = field(default_factory=list)
    last_event_id: str = ""
    end: str = ""

    async def live(self, http: httpx.AsyncClient) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        await self.ask(http, headers)
        while not self.end:
            resuming = {"Last-Event-ID": self.last_event_id} if self.last_event_id else {}
            try:
                path = f"/api/v1/questions/{self.question_id}/events/"
                async with http.stream("GET", path, headers=headers | resuming) as response:
                    response.raise_for_status()
                    async for name, data, event_id in read_events(response):
                        self.hear(name, data)
                        self.last_event_id = event_id or self.last_event_id
            except httpx.HTTPError:
                pass
            if not self.end:
                self.resumed_count += 1
                await asyncio.sleep(1)
        await self.compare(http, headers)

    async def ask(self, http: httpx.AsyncClient, headers: dict[str, str]) -> None:
        while True:
            try:
                answer = await http.post("/api/v1/questions/", json={"question": self.text}, headers=headers)
            except httpx.HTTPError:
                # Whether it was taken is not known: it is asked again, as a person would.
                self.repeated_count += 1
                await asyncio.sleep(1)
                continue
            if answer.status_code == 202:
                self.question_id, self.asked_at = answer.json()["id"], time.monotonic()
                return
            assert answer.status_code == 503, answer.text
            assert answer.json()["detail"], answer.text
            self.refused_count += 1
            await asyncio.sleep(int(answer.headers["Retry-After"]))

    def hear(self, name: str, data: dict[str, Any]) -> None:
        seconds = time.monotonic() - self.asked_at
        self.first_event_seconds = self.first_event_seconds or seconds
        if name == "queue":
            self.has_seen_queue = True
        elif name == "reset":
            self.reset_count += 1
            self.sentences.clear()
        elif name in {"sentence", "refusal"}:
            self.first_sentence_seconds = self.first_sentence_seconds or seconds
            self.sentences.append(data["text"])
        else:
            self.end = data.get("state", name)

    async def compare(self, http: httpx.AsyncClient, headers: dict[str, str]) -> None:
        """See that what was streamed is what was kept."""
        while True:
            try:
                kept = await http.get(f"/api/v1/questions/{self.question_id}/", headers=headers)
                break
            except httpx.HTTPError:
                await asyncio.sleep(1)
        if " ".join(self.sentences) != kept.json()["answer"]["text"]:
            self.end = "differs"


async def read_events(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any], str]]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if not line:
            if "event" in fields:
                yield fields["event"], json.loads(fields["data"]), fields.get("id", "")
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


class Programs:
    """The processes of an installation, each of which can be killed and comes back."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.listener = serving.bind_next_free("127.0.0.1", 8100)
        self.listener.set_inheritable(True)
        self.arguments = {
            "web": ["web", "--fd", str(self.listener.fileno())],
            "answers": ["worker", "--queues", "gpu.answer"],
            "rest": ["worker", "--queues", "cpu.default"],
            "beat": ["beat"],
        }
        self.running = {name: self.start(name) for name in self.arguments}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        with (self.stack.var_dir / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *self.arguments[name]],
                cwd=ROOT,
                env=self.stack.environment,
                stdout=log,
                stderr=log,
                pass_fds=[self.listener.fileno()],
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill a process with its children, as a machine that loses its power would."""
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def revive(self, name: str) -> None:
        self.running[name] = self.start(name)

    def close(self) -> None:
        for name in self.running:
            self.kill(name)
        self.listener.close()


async def disturb(programs: Programs, students: list[Student]) -> None:
    """Kill the worker between two sentences of an answer, and the web process a little later."""
    for share, name in ((6, "answers"), (3, "web")):
        while sum(bool(student.end) for student in students) < len(students) // share:
            await asyncio.sleep(0.1)
        while not any(student.sentences and not student.end for student in students):
            await asyncio.sleep(0.005)
        programs.kill(name)
        sys.stdout.write(f"killed {name} with {sum(bool(each.end) for each in students)} answered\n")
        await asyncio.sleep(1)
        programs.revive(name)


async def run(programs: Programs, students: list[Student]) -> None:
    limits = httpx.Limits(max_connections=None)
    url = serving.make_url(programs.listener)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http:
        while (await http.get("/api/v1/search/?q=x")).status_code != 401:
            await asyncio.sleep(0.2)
        lives = [asyncio.create_task(student.live(http)) for student in students]
        disturbing = asyncio.create_task(disturb(programs, students))
        done, _ = await asyncio.wait(lives, timeout=MOST_SECONDS)
        disturbing.cancel()
        for life in done:
            life.result()


def main() -> None:
    parser = argparse.ArgumentParser(description="Students who all ask at once.")
    parser.add_argument("--students", type=int, default=50)
    count = parser.parse_args().students
    questions = [json.loads(line)["question"] for line in (COURSE / "questions.jsonl").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var")
        try:
            set_up = SET_UP.format(sentences=str(COURSE / "sentences.jsonl"), count=count)
            tokens = json.loads(stack.manage("shell", "-v0", "-c", set_up).splitlines()[-1])
            stack.manage("embed")
            stack.manage("seed")
            chosen = random.Random(1).choices(questions, k=count)
            students = [Student(token, text) for token, text in zip(tokens, chosen, strict=True)]
            programs, started = Programs(stack), time.monotonic()
            try:
                asyncio.run(run(programs, students))
            finally:
                programs.close()
            report(students, seconds=time.monotonic() - started)
        finally:
            stack.close()


def report(students: list[Student], *, seconds: float) -> None:
    ends = {end: sum(student.end == end for student in students) for end in {each.end for each in students}}
    result = {
        "benchmark": "students",
        "students": len(students),
        "first_event_p95_seconds": p95([student.first_event_seconds for student in students]),
        "first_sentence_p95_seconds": p95([student.first_sentence_seconds for student in students]),
        "saw_their_place": sum(student.has_seen_queue for student in students),
        "refused_kindly": sum(student.refused_count > 0 for student in students),
        "resumed": sum(student.resumed_count > 0 for student in students),
        "reset": sum(student.reset_count > 0 for student in students),
        "asked_again_when_cut_off": sum(student.repeated_count for student in students),
        "ends": ends,
        "lost": sum(student.end not in {"answered", "refused"} for student in students),
        "seconds": round(seconds, 1),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def p95(values: list[float | None]) -> float | None:
    known = sorted(value for value in values if value is not None)
    return round(known[min(len(known) - 1, int(0.95 * len(known)))], 2) if known else None


if __name__ == "__main__":
    main()

"""Find where the lectures speak of something.

manage.py search "slowly changing dimensions"           ten places, best first
manage.py search "surrogate key" -k 3 --json            [{video_id, title, start_seconds, ...}]
manage.py search --queries questions.txt --json         one such list a line for one query a line
manage.py search -- "-1 as an unknown key"              what begins with a dash stands after --
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from assistant import courses, questions
from assistant.services import search
from assistant.weights import store
from transcripts import clock

FAILURES = (
    questions.UnusableQuestionError,
    search.EmptyIndexError,
    courses.UnknownCourseError,
    store.WeightsError,
)


class Command(BaseCommand):
    help = "Find where the lectures speak of something; a text that begins with a dash stands after --."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", nargs="?", help="what to look for")
        parser.add_argument("-k", type=int, default=10, help="how many places, %(default)s by default")
        parser.add_argument("--queries", type=Path, metavar="FILE", help="look for each line of a file")
        parser.add_argument("--course", default="", help="title of a course, else everything is searched")
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        is_single = options["text"] is not None
        if is_single == bool(options["queries"]):
            raise CommandError("Say what to look for, or name a file with --queries.")
        texts = [options["text"]] if is_single else self._read_lines(options["queries"])
        try:
            course = courses.find_course(options["course"])
            found = search.search_many(texts=texts, k=options["k"], courses=[course] if course else None)
            self._write(texts, found, as_json=options["json"], is_single=is_single)
        except FAILURES as error:
            raise CommandError(str(error)) from error

    def _read_lines(self, path: Path) -> list[str]:
        try:
            return path.read_text(encoding="utf-8-sig").splitlines()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not UTF-8 text.") from error

    def _write(
        self, texts: list[str], found: Iterable[list[search.Hit]], *, as_json: bool, is_single: bool
    ) -> None:
        bar = tqdm(found, total=len(texts), unit="query", disable=True if is_single else None)
        for text, hits in zip(texts, bar, strict=True):
            if as_json:
                self.stdout.write(json.dumps([asdict(hit) for hit in hits], ensure_ascii=False))
                continue
            if not is_single:
                self.stdout.write(f"\n{text}")
            for hit in hits:
                self.stdout.write(f"{hit.score:.2f} [{clock.format_clock(hit.start_seconds)}] {hit.title}")
                self.stdout.write(f"     {hit.text}\n     {hit.url}")

"""Ask the tutor.

manage.py ask "What is a surrogate key?"            the answer as it is verified, then its sources
manage.py ask "What is a surrogate key?" --json     {answer, refused, citations: [{video_id, start_seconds, ...}]}
manage.py ask -- "-1 as a key: why?"                what begins with a dash stands after --
"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistant import courses, questions, said
from assistant.services import answering, search
from assistant.weights import store
from transcripts import clock

FAILURES = (
    questions.UnusableQuestionError,
    search.EmptyIndexError,
    courses.UnknownCourseError,
    store.WeightsError,
)


class Command(BaseCommand):
    help = "Ask the tutor; a question that begins with a dash stands after --."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="the question")
        parser.add_argument("--course", default="", help="title of a course, else all lectures are asked")
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            course = courses.find_course(options["course"])
            for event in answering.answer_question(text=options["text"], courses=[course] if course else None):
                self._write(event, as_json=options["json"])
        except FAILURES as error:
            raise CommandError(str(error)) from error

    def _write(self, event: said.Event, *, as_json: bool) -> None:
        if as_json:
            if isinstance(event, said.Finished):
                self.stdout.write(json.dumps(_as_dict(event), ensure_ascii=False))
        elif isinstance(event, said.Finished):
            self._write_sources(event)
        else:
            self.stdout.write(event.text)
        self.stdout.flush()

    def _write_sources(self, finished: said.Finished) -> None:
        for number, source in enumerate(finished.sources, start=1):
            clock_time = clock.format_clock(source.start_seconds)
            self.stdout.write(f"\n[{number}] [{clock_time}] {source.title}")
            self.stdout.write(f"    “{source.quote}”\n    {source.url}")


def _as_dict(finished: said.Finished) -> dict[str, Any]:
    return {
        "answer": finished.text,
        "refused": finished.is_refused,
        "citations": [
            {
                "video_id": source.video_id,
                "start_seconds": source.start_seconds,
                "end_seconds": source.end_seconds,
                "quote": source.quote,
                "url": source.url,
            }
            for source in finished.sources
        ],
    }

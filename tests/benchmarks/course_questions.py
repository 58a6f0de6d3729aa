"""The 60 questions the sample course answers and the 20 it does not, put to `search` and to `ask`.

    python -m tests.benchmarks.course_questions

It reads the installation's own database, which must hold the course as the pipeline leaves it. A hit has the
right video and begins within the marked span, two seconds more on either side. The last line is JSON.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks import scratch

QUESTIONS = Path(__file__).resolve().parents[2] / "ingestion" / "sample_course" / "questions.jsonl"
TOLERANCE_SECONDS = 2.0


class Place(Protocol):
    """A hit of a search or the source of an answer."""

    @property
    def video_id(self) -> str: ...
    @property
    def start_seconds(self) -> float: ...


def main() -> None:
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    answerable = [question for question in questions if question["video_id"]]
    scratch.set_up()
    search, ask = measure_search(answerable), measure_ask(questions)
    counts = {"answerable": len(answerable), "unanswerable": len(questions) - len(answerable)}
    sys.stdout.write(
        json.dumps({"benchmark": "course_questions"} | counts | {"search": search, "ask": ask}) + "\n"
    )


def measure_search(questions: list[dict[str, Any]]) -> dict[str, float]:
    from assistant.services import search

    counts: Counter[str] = Counter()
    next(search.search_many(texts=["warm"]))
    started = time.perf_counter()
    found = search.search_many(texts=[question["question"] for question in questions])
    for question, hits in zip(questions, found, strict=True):
        counts["hit_at_1"] += is_hit(question, hits[0])
        counts["hit_at_5"] += any(is_hit(question, hit) for hit in hits[:5])
        if not is_hit(question, hits[0]):
            sys.stdout.write(f"search misses {question['id']}: {question['question']}\n    {hits[0].text}\n")
    seconds = (time.perf_counter() - started) / len(questions)
    return {"hit_at_1": counts["hit_at_1"], "hit_at_5": counts["hit_at_5"], "seconds": round(seconds, 3)}


def measure_ask(questions: list[dict[str, Any]]) -> dict[str, float]:
    from assistant import said
    from assistant.services import answering

    counts: Counter[str] = Counter()
    started = time.perf_counter()
    for question in questions:
        *spoken, finished = answering.answer_question(text=question["question"])
        assert isinstance(finished, said.Finished)
        if question["video_id"] is None:
            counts["right_refusals"] += finished.is_refused
        elif finished.is_refused:
            counts["wrong_refusals"] += 1
            sys.stdout.write(f"ask refuses {question['id']}: {question['question']}\n")
        else:
            sources = finished.sources
            counts["hit_at_1"] += is_hit(question, sources[0])
            counts["hit_at_5"] += any(is_hit(question, source) for source in sources[:5])
            counts["generated"] += isinstance(spoken[0], said.VerifiedSentence)
            counts["citations"] += len(sources)
    seconds = (time.perf_counter() - started) / len(questions)
    names = ("hit_at_1", "hit_at_5", "right_refusals", "wrong_refusals", "generated", "citations")
    return {name: counts[name] for name in names} | {"seconds": round(seconds, 3)}


def is_hit(question: dict[str, Any], place: Place) -> bool:
    first = question["start_seconds"] - TOLERANCE_SECONDS
    last = question["end_seconds"] + TOLERANCE_SECONDS
    return place.video_id == question["video_id"] and first <= place.start_seconds <= last


if __name__ == "__main__":
    main()

"""How near chapters found by topic come to those that people set, beside even spacing and none at all.

    python -m tests.benchmarks.chapters

Of 15 lectures of the recorded archive (Whisper's transcripts, the chapters of their descriptions) and the 8 of the
sample course (its sentences, the chapters it is written in). Pk (Beeferman et al. 1999) is the share of places
where two sentences half a chapter apart are wrongly said to be of one chapter or of two; WindowDiff (Pevzner and
Hearst 2002) compares how many borders are between them. Both are better the lower. "even" spaces as many chapters
as were found, "even, as many as there are" is told their true number. The last line is JSON.
"""

import csv
import json
import os
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import django
from pyarrow import parquet


@dataclass(frozen=True)
class Spoken:
    """A lecture: its sentences, when each begins, and when its chapters do, in seconds."""

    starts: list[float]
    texts: list[str]
    chapter_starts: list[float]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    django.setup()
    from tests.conftest import SHARED_DATA

    sets = {"archive": list(read_archive(SHARED_DATA / "channel_archive")), "sample course": list(read_sample())}
    scores = {name: measure(lectures) for name, lectures in sets.items()}
    for name, methods in scores.items():
        for method, (pk, window_diff) in methods.items():
            print(f"{name:14s} {method:28s} Pk {pk:.3f}  WindowDiff {window_diff:.3f}")
    counts = {name: len(lectures) for name, lectures in sets.items()}
    started = time.perf_counter()
    found = [find(lecture) for lectures in sets.values() for lecture in lectures]
    seconds = (time.perf_counter() - started) / len(found)
    print(json.dumps({"benchmark": "chapters", "lectures": counts, "seconds_each": round(seconds, 4), **scores}))


def read_archive(folder: Path) -> Iterator[Spoken]:
    from ingestion import sightings
    from ingestion.sources.archive import ArchivedTranscripts

    columns = parquet.read_table(folder / "video_details.parquet", columns=["video_id", "description"])
    description_of = {row["video_id"]: row["description"] for row in columns.to_pylist()}
    source = ArchivedTranscripts(folder)
    with (folder / "transcript_to_video.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            chapters = sightings.read_description_chapters(description_of.get(row["video_id"]))
            (record,) = source.read_file(folder / "transcriptions" / row["transcript_file"]).records
            segments = record.payload["segments"]
            if chapters:
                yield Spoken(
                    [each["start"] for each in segments],
                    [each["text"] for each in segments],
                    [start for _title, start in chapters],
                )


def read_sample() -> Iterator[Spoken]:
    from ingestion.sample_course import course

    for lecture in course.read_lectures():
        yield Spoken(
            [each.start_seconds for each in lecture.sentences],
            [each.text for each in lecture.sentences],
            [each.start_seconds for each in lecture.chapters],
        )


def find(lecture: Spoken) -> list[float]:
    from transcripts import topics

    return [lecture.starts[index] for index in topics.find_starts(lecture.texts)]


def space(lecture: Spoken, count: int) -> list[float]:
    return [lecture.starts[-1] * number / count for number in range(count)]


METHODS: dict[str, Callable[[Spoken], list[float]]] = {
    "found": find,
    "even": lambda lecture: space(lecture, len(find(lecture))),
    "even, as many as there are": lambda lecture: space(lecture, len(lecture.chapter_starts)),
    "none": lambda lecture: [0.0],
}


def measure(lectures: list[Spoken]) -> dict[str, tuple[float, float]]:
    """Return the mean Pk and WindowDiff of each method."""
    scores = {}
    for method, place in METHODS.items():
        each = [score(lecture, place(lecture)) for lecture in lectures]
        scores[method] = (round(mean(pk for pk, _ in each), 3), round(mean(diff for _, diff in each), 3))
    return scores


def score(lecture: Spoken, starts: list[float]) -> tuple[float, float]:
    """Return Pk and WindowDiff of chapters that begin at these seconds."""
    right = [bisect_right(lecture.chapter_starts[1:], start) for start in lecture.starts]
    wrong = [bisect_right(starts[1:], start) for start in lecture.starts]
    reach = max(2, round(len(right) / (right[-1] + 1) / 2))
    ends = range(reach, len(right))
    pk = mean((right[end] == right[end - reach]) != (wrong[end] == wrong[end - reach]) for end in ends)
    difference = mean(right[end] - right[end - reach] != wrong[end] - wrong[end - reach] for end in ends)
    return pk, difference


if __name__ == "__main__":
    main()

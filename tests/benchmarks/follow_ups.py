"""Follow-up questions, looked for as they are and with the subject of the question they lean on.

    python -m tests.benchmarks.follow_ups

It reads the installation's own database, which must hold the sample course as the pipeline leaves it. The pairs,
written down before anything was tuned, stand in follow_ups.jsonl; the last three change the subject and must not
be drawn back to the old one. A hit begins within the sentence that answers, two seconds more on either side; a
hit of the lecture is anywhere in it. The last line is JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks import scratch
from tests.benchmarks.course_questions import is_hit

PAIRS = Path(__file__).parent / "follow_ups.jsonl"


def main() -> None:
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    scratch.set_up()
    from assistant import followups

    alone = [pair["follow_up"] for pair in pairs]
    behind = [
        followups.join(text, subject=followups.find_subject(pair["previous"]))
        if followups.is_leaning(text)
        else text
        for pair, text in zip(pairs, alone, strict=True)
    ]
    results = {"without": measure(alone, pairs), "with": measure(behind, pairs, tells=True)}
    leaning = sum(text != question for text, question in zip(behind, alone, strict=True))
    sys.stdout.write(
        json.dumps({"benchmark": "follow_ups", "pairs": len(pairs), "leaning": leaning} | results) + "\n"
    )


def measure(texts: list[str], pairs: list[dict[str, Any]], *, tells: bool = False) -> dict[str, int]:
    from assistant.services import search

    counts = dict.fromkeys(("hit_at_1", "hit_at_5", "lecture_at_1", "lecture_at_5"), 0)
    for text, pair, hits in zip(texts, pairs, search.search_many(texts=texts, k=5), strict=True):
        hit = [is_hit(pair, place) for place in hits]
        in_lecture = [place.video_id == pair["video_id"] for place in hits]
        counts["hit_at_1"] += hit[0]
        counts["hit_at_5"] += any(hit)
        counts["lecture_at_1"] += in_lecture[0]
        counts["lecture_at_5"] += any(in_lecture)
        if tells and not hit[0]:
            sys.stdout.write(f"not first: {text}\n    {hits[0].text}\n")
    return counts


if __name__ == "__main__":
    main()

"""Which paragraph answers: our search beside BM25 and brute-force MiniLM, on the same questions in one run.

    python -m tests.benchmarks.retrieval

Each paragraph of xquad.en is a video of its own, 240 in all; a question is answered by one of them. Ours ranks
paragraphs by their best sentence, through PostgreSQL. Refusals are measured for every question, once with the
right paragraph and once with it left out. The last line is JSON.
"""

import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks import scratch

XQUAD = Path(__file__).resolve().parents[3] / "shared" / "data" / "retrieval" / "xquad.en.json"
# As rank_bm25's BM25Okapi has them.
K1, B = 1.5, 0.75

# A question's text to the numbers of paragraphs, best first.
Rank = Callable[[str], Sequence[int]]


@dataclass(frozen=True)
class Result:
    """One way to rank, over some questions."""

    engine: str
    question_count: int
    ndcg_at_10: float
    hit_at_1: float
    seconds_per_question: float


def main() -> None:
    paragraphs, questions = read_xquad()
    scratch.set_up()
    with scratch.empty_database():
        index_paragraphs(paragraphs)
        runs = [
            ("ours", rank_by_search(), questions),
            ("peer BM25", rank_by_bm25(paragraphs), questions),
            ("peer MiniLM, brute force", rank_by_minilm(paragraphs), questions),
        ]
        results = [measure(engine, rank, questions=asked) for engine, rank, asked in runs]
        refusals = measure_refusals(questions)
    for result in results:
        say(f"{result.engine:26s} nDCG@10 {result.ndcg_at_10:.3f}  hit@1 {result.hit_at_1:.3f}")
    say(f"refused {refusals['wrong']:.3f} with the right paragraph, {refusals['right']:.3f} without it")
    say(json.dumps({"benchmark": "retrieval", "results": list(map(asdict, results)), "refusals": refusals}))


def read_xquad() -> tuple[list[str], list[tuple[str, int]]]:
    """Return the paragraphs, and each question with the number of its paragraph."""
    articles = json.loads(XQUAD.read_text(encoding="utf-8"))["data"]
    entries = [entry for article in articles for entry in article["paragraphs"]]
    questions = [(qa["question"], number) for number, entry in enumerate(entries) for qa in entry["qas"]]
    return [entry["context"] for entry in entries], questions


def index_paragraphs(paragraphs: list[str]) -> None:
    from tests.assistant import factories

    for number, paragraph in enumerate(paragraphs):
        video = factories.make_video(str(number))
        factories.make_transcription(video, [(paragraph, 0.0, len(paragraph.split()) / 2.5)])
    factories.index_all()


def rank_by_search() -> Rank:
    def rank(text: str) -> list[int]:
        matches = find_matches(text, k=50)
        return list(dict.fromkeys(numbers[match.video_pk] for match in matches))

    numbers = number_videos()
    return rank


def rank_by_bm25(paragraphs: list[str]) -> Rank:
    """Okapi BM25 over lower-case words without marks, with the constants of `rank_bm25`."""
    counts = [Counter(find_words(paragraph)) for paragraph in paragraphs]
    lengths = np.array([count.total() for count in counts])
    frequency = Counter(word for count in counts for word in count)

    def rank(text: str) -> list[int]:
        scores = np.zeros(len(paragraphs))
        for word in find_words(text):
            found = np.array([count[word] for count in counts])
            rarity = math.log(1 + (len(counts) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            scores += rarity * found * (K1 + 1) / (found + K1 * (1 - B + B * lengths / lengths.mean()))
        return list(np.argsort(-scores)[:10])

    return rank


def find_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def rank_by_minilm(paragraphs: list[str]) -> Rank:
    from assistant import embeddings

    encoder = embeddings.get_embeddings()
    vectors = encoder.embed_array(paragraphs)
    return lambda text: list(np.argsort(-(vectors @ np.array(encoder.embed_query(text))))[:10])


def measure(engine: str, rank: Rank, *, questions: list[tuple[str, int]]) -> Result:
    started = time.perf_counter()
    places = [find_place(number, rank(text)) for text, number in questions]
    seconds = time.perf_counter() - started
    gains = [1 / math.log2(place + 1) if place <= 10 else 0.0 for place in places]
    hits = [place == 1 for place in places]
    return Result(
        engine=engine,
        question_count=len(questions),
        ndcg_at_10=round(float(np.mean(gains)), 4),
        hit_at_1=round(float(np.mean(hits)), 4),
        seconds_per_question=round(seconds / len(questions), 4),
    )


def measure_refusals(questions: list[tuple[str, int]]) -> dict[str, float]:
    """Return the share of questions refused by score, with the right paragraph (`wrong`) and without."""
    from assistant import calibration

    numbers, refused = number_videos(), Counter[str]()
    for text, number in questions:
        matches = find_matches(text, k=50)
        others = [match for match in matches if numbers[match.video_pk] != number]
        refused["wrong"] += matches[0].score < calibration.LEAST_SCORE
        refused["right"] += max(match.score for match in others) < calibration.LEAST_SCORE
    return {kind: round(refused[kind] / len(questions), 4) for kind in ("wrong", "right")}


def find_matches(text: str, *, k: int) -> list[Any]:
    from assistant import embeddings, retrieval

    return retrieval.find_matches(text=text, vector=embeddings.get_embeddings().embed_query(text), k=k)


def number_videos() -> dict[int, int]:
    from ingestion.models import Video

    return {pk: int(video_id) for pk, video_id in Video.objects.values_list("pk", "video_id")}


def find_place(number: int, ranked: Sequence[int]) -> float:
    """Return the place of a paragraph, from 1 on; infinite where it is not ranked."""
    return ranked.index(number) + 1 if number in ranked else math.inf


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

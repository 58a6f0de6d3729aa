"""When the words of a corrected text are said: those that stayed keep their times, others share the rest."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from rapidfuzz.distance import Levenshtein

Words = list[dict[str, Any]]


def fit(text: str, *, heard: Words, end_seconds: float) -> Words:
    """Return the words of a text with times in seconds, from those of what was heard; none where it has none.

    A word that only changed its case or its marks has stayed. A new one has no probability.
    """
    if not heard:
        return []
    said = text.split()
    steps = SequenceMatcher(None, [_key(word["text"]) for word in heard], list(map(_key, said)), autojunk=False)
    fitted: Words = []
    for tag, first, last, said_first, said_last in steps.get_opcodes():
        if tag == "equal":
            stayed = zip(heard[first:last], said[said_first:said_last], strict=True)
            fitted += [word | {"text": spelled} for word, spelled in stayed]
        elif tag != "delete":
            start, end = _find_gap(heard, first, last, end_seconds=end_seconds)
            fitted += _spread(said[said_first:said_last], start, end)
    return fitted


def count_edits(before: str, after: str) -> int:
    """Return how many words must be put in, taken out or replaced to get from one text to the other."""
    return Levenshtein.distance(before.split(), after.split())


def split_words(text: str) -> list[str]:
    """Return the words of a text as they are compared: without case and marks."""
    return re.findall(r"[\w']+", text.lower())


def _key(word: str) -> str:
    return "".join(split_words(word)) or word


def _find_gap(heard: Words, first: int, last: int, *, end_seconds: float) -> tuple[float, float]:
    """Return the seconds that words take up, or where there are none, those between their neighbours."""
    if first < last:
        return heard[first]["start_seconds"], heard[last - 1]["end_seconds"]
    start = heard[first - 1]["end_seconds"] if first else heard[0]["start_seconds"]
    end = heard[first]["start_seconds"] if first < len(heard) else max(start, end_seconds)
    return start, max(start, end)


def _spread(words: Sequence[str], start: float, end: float) -> Iterator[dict[str, Any]]:
    """Yield words one after another, each as long as its letters are many."""
    pace = (end - start) / sum(map(len, words))
    for word in words:
        until = min(end, start + pace * len(word))
        yield {"start_seconds": start, "end_seconds": until, "text": word, "probability": None}
        start = until

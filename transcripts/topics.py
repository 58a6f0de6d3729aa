"""Where a lecture turns to another topic: the cuts under which its words are least surprising.

Utiyama and Isahara, "A statistical model for domain-independent text segmentation" (ACL 2001): each stretch has a
distribution of words of its own, with one added to every count, and each cut costs as much as naming a place for
it. The cheapest of all cuts is found by dynamic programming; how many there are follows from the text, and nothing
is learned from or set for a language. Measured by `python -m tests.benchmarks.chapters`.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"[^\W\d_]{3,}")
# As good as any stemmer here: "dimension" and "dimensional" are one word.
STEM_LETTERS = 6
# Of the logarithm of the count of words. The paper has 1; sentences as short as spoken ones want dearer cuts.
CUT_COST = 2.0

Integers = NDArray[np.int64]


def find_starts(texts: Sequence[str]) -> list[int]:
    """Return the indexes of the texts that begin a topic, the first among them; none where no word recurs."""
    stems = [[word[:STEM_LETTERS] for word in WORD.findall(text.lower())] for text in texts]
    counts = Counter(stem for each in stems for stem in each)
    recurring = [[stem for stem in each if counts[stem] > 1] for each in stems]
    numbers: dict[str, int] = {}
    words = np.array([numbers.setdefault(stem, len(numbers)) for each in recurring for stem in each], np.int64)
    if not len(words):
        return []
    return _cut(words, np.cumsum([0, *map(len, recurring)]))


def _cut(words: Integers, borders: Integers) -> list[int]:
    """Return the first text of each stretch; text n holds the words from `borders[n]` to `borders[n + 1]`."""
    text_count, kinds = len(borders) - 1, int(words.max()) + 1
    counted = np.arange(len(words) + 1)
    # What a further occurrence of a word adds to the sum of n log(n + 1) over the words of a stretch.
    gains = np.diff(counted * np.log(counted + 1))
    occurrence = _number_occurrences(words)
    before = np.zeros(kinds, np.int64)
    costs = np.full(text_count + 1, np.inf)
    costs[0] = 0.0
    begun_at = np.zeros(text_count + 1, np.int64)
    for first in range(text_count):
        start = borders[first]
        gained = np.concatenate([[0.0], np.cumsum(gains[occurrence[start:] - before[words[start:]]])])
        lengths = borders[first + 1 :] - start
        surprise = lengths * np.log(lengths + kinds) - gained[lengths]
        cost = costs[first] + surprise + CUT_COST * np.log(len(words))
        is_cheaper = cost < costs[first + 1 :]
        costs[first + 1 :][is_cheaper] = cost[is_cheaper]
        begun_at[first + 1 :][is_cheaper] = first
        np.add.at(before, words[start : borders[first + 1]], 1)
    starts, at = [], text_count
    while at:
        at = int(begun_at[at])
        starts.append(at)
    return starts[::-1]


def _number_occurrences(words: Integers) -> Integers:
    """Return for each word how often it has come before."""
    order = np.argsort(words, kind="stable")
    first_of_kind = np.cumsum(np.bincount(words)) - np.bincount(words)
    numbered = np.empty_like(words)
    numbered[order] = np.arange(len(words)) - first_of_kind[words[order]]
    return numbered

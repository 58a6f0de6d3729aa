"""Whether a lecture's sentence supports what the model says; nothing unsupported is ever shown.

A sentence passes if one sentence of the lecture has the same numbers and every name in it, denies where it
denies, holds every new word in about the same order, means about the same by its embedding, and tells more than
the question already did. This is strict on purpose: what is dropped costs a paraphrase, what slips through a
falsehood under a citation.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant import calibration, wording
from assistant.matches import Match

# Addresses, markup and the like: nothing a lecturer says.
UNSPEAKABLE = re.compile(r"https?:|www\.|[<>{}|`]|\]\(|\[\d|[#*_]{2}|@\w|\\")
# Speech to a model rather than to students: what it says is neither evidence nor an answer.
INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules?|excerpts?|above|previous)\b"
    r"|\bsystem\s+prompt\b|\b(?:language model|assistant|chatbot|AI)\b.{0,40}\b(?:must|should|shall|will|now)\b"
    r"|\byou are now\b|\b(?:reply|respond|answer)\s+(?:only\s+)?with\b|\bact as\b|<\|",
    re.IGNORECASE,
)

EmbedTexts = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class Support:
    """The lecture's sentence that supports a sentence, and how well, from 0 to 1."""

    match: Match
    strength: float


def is_evidence(match: Match) -> bool:
    """Return whether a sentence of a lecture may be shown to the model and cited."""
    return not INSTRUCTION.search(match.text) and len(wording.find_stems(match.text)) >= 2


def find_support(sentence: str, *, question: str, matches: Sequence[Match], embed: EmbedTexts) -> Support | None:
    """Return the match that supports a sentence best, or None where none does.

    `embed` returns vectors of length one, shape (texts, dimensions).
    """
    if UNSPEAKABLE.search(sentence) or INSTRUCTION.search(sentence):
        return None
    stating = [match for match in matches if is_stated(sentence, quote=match.text, question=question)]
    if not stating:
        return None
    vectors = embed([sentence, *(match.text for match in stating)])
    supports = [
        Support(match, float(cosine))
        for match, cosine in zip(stating, vectors[1:] @ vectors[0], strict=True)
        if cosine >= calibration.LEAST_SUPPORT_COSINE
    ]
    return max(supports, key=lambda support: support.strength, default=None)


def is_stated(sentence: str, *, quote: str, question: str) -> bool:
    """Return whether the words of a quote state a sentence.

    Words of the question may be said again; every other word that carries meaning has to be the quote's, most
    of the quote has to be there, in its order, and all of its numbers.
    """
    stems, quoted = wording.find_stems(sentence), wording.find_stems(quote)
    new_stems = set(stems) - set(wording.find_stems(question))
    return (
        bool(new_stems)
        and new_stems <= set(quoted)
        and wording.find_numbers(sentence) == wording.find_numbers(quote)
        and wording.find_names(sentence) <= set(wording.find_words(quote))
        and wording.find_connectives(sentence) <= wording.find_connectives(quote)
        and bool(wording.count_negations(sentence)) == bool(wording.count_negations(quote))
        and not wording.is_opposed(sentence, quote)
        and _find_share(stems, quoted) >= calibration.LEAST_SUPPORTED
        and _find_share(quoted, stems) >= calibration.LEAST_REPEATED
        and _find_order(stems, quoted) >= calibration.LEAST_ORDER
    )


def _find_share(stems: list[str], others: list[str]) -> float:
    """Return the share of stems that are among the others too."""
    return sum(stem in others for stem in stems) / max(1, len(stems))


def _find_order(stems: list[str], others: list[str]) -> float:
    """Return the longest common subsequence, as a share of the stems that both have."""
    shared = [stem for stem in stems if stem in others]
    lengths = [0] * (len(others) + 1)
    for stem in shared:
        diagonal = 0
        for index, other in enumerate(others, start=1):
            above = lengths[index]
            lengths[index] = diagonal + 1 if stem == other else max(above, lengths[index - 1])
            diagonal = above
    return lengths[-1] / len(shared) if shared else 0.0

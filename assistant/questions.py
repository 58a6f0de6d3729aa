"""What can be asked: some words, not too many."""

from collections.abc import Sequence

MOST_CHARACTERS = 2000
MOST_PLACES = 1000


class UnusableQuestionError(Exception):
    """A question that nothing can be found for; says in a sentence why."""

    permanent = True


def clean(texts: Sequence[str], *, k: int = 1) -> list[str]:
    """Return the texts without what no text column holds. Raises UnusableQuestionError."""
    if not 1 <= k <= MOST_PLACES:
        raise UnusableQuestionError(f"The count of places (-k) goes from 1 to {MOST_PLACES}, not {k}.")
    names = ["The question"] if len(texts) == 1 else [f"Question {n}" for n in range(1, len(texts) + 1)]
    return [_clean(text, name=name) for text, name in zip(texts, names, strict=True)]


def _clean(text: str, *, name: str) -> str:
    cleaned = text.encode(errors="replace").decode().replace("\0", " ").strip()
    if not cleaned:
        raise UnusableQuestionError(f"{name} is empty.")
    if len(cleaned) > MOST_CHARACTERS:
        raise UnusableQuestionError(f"{name} has {len(cleaned)} characters; at most {MOST_CHARACTERS} are read.")
    return cleaned

"""Sentences out of a stream of pieces, each as soon as it is whole."""

import re
from collections.abc import Iterable, Iterator

from assistant.sentences import ABBREVIATION, CLOSING_MARK, END_MARK, SENTENCE_END

# A mark that ends a sentence, once something follows it, or a new line.
BREAK = re.compile(rf"(?<={END_MARK}){CLOSING_MARK}*(?=\s)|\n")


def stream_sentences(pieces: Iterable[str], *, most: int) -> Iterator[str]:
    """Yield at most so many different sentences and leave the rest of the stream unread."""
    seen: set[str] = set()
    for sentence in _split(pieces):
        if sentence in seen:
            return
        seen.add(sentence)
        yield sentence
        if len(seen) == most:
            return


def _split(pieces: Iterable[str]) -> Iterator[str]:
    text = ""
    for piece in pieces:
        text += piece
        while (end := _find_break(text)) is not None:
            sentence, text = text[:end].strip(), text[end:].lstrip()
            if sentence:
                yield sentence
    if SENTENCE_END.search(text.strip()):
        # What breaks off in mid-sentence at the token limit is no sentence.
        yield text.strip()


def _find_break(text: str) -> int | None:
    for match in BREAK.finditer(text):
        words = text[: match.end()].split()
        if words and not ABBREVIATION.match(words[-1]):
            return match.end()
    return None

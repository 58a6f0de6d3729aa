"""Spoken sentences with their own times, cut from segments by word times, and grouped into chunks."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from transcripts.models import Segment
from transcripts.sentences import CLOSING_MARKS, SENTENCE_ENDS

# Raised when sentences or chunks come out otherwise: what was cut by an older one is cut anew.
FORMAT = 1

# A mark that ends a sentence, and what may close after it.
END_MARK, CLOSING_MARK = (f"[{re.escape(''.join(marks))}]" for marks in (SENTENCE_ENDS, CLOSING_MARKS))
SENTENCE_END = re.compile(f"{END_MARK}+{CLOSING_MARK}*$")
# Full stops that end no sentence: titles, single initials, "e.g.".
ABBREVIATION = re.compile(
    r"^[(\"'“]?(?:mr|mrs|ms|dr|prof|st|vs|no|fig|eq|sec|approx|ca|cf|etc|al|[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_])\.$",
    re.IGNORECASE,
)

# Speech recognition sets full stops before "and" and "because": where a small letter follows, one ends a sentence
# only with the pause that is usual between sentences.
STOP_PAUSE_SECONDS = 0.6

# Speech without punctuation is cut where the speaker pauses, and never grows beyond a screenful.
PAUSE_SECONDS = 2.0
MOST_WORDS = 60

# Measured on xquad: chunks of 2 to 4 sentences do alike, and one more on either side helps those at an edge.
CHUNK_SENTENCES = 4
CHUNK_OVERLAP = 1


@dataclass(frozen=True)
class TimedText:
    """Some words of a video and the seconds between which they are said."""

    text: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class ChunkedSentences:
    """The sentences at home in one chunk, and the chunk's text, which reaches beyond them."""

    passage: TimedText
    sentences: tuple[TimedText, ...]
    first_position: int


def split_segments(segments: Iterable[Segment]) -> Iterator[TimedText]:
    """Yield the sentences said in segments that are ordered by position."""
    words = [word for segment in segments for word in _time_words(segment)]
    sentence: list[TimedText] = []
    for word, following in itertools.zip_longest(words, words[1:]):
        sentence.append(word)
        if following is None or _is_end(sentence, following):
            yield _join(sentence, gap="")
            sentence = []


def group_sentences(sentences: Sequence[TimedText]) -> Iterator[ChunkedSentences]:
    """Yield chunks of about `CHUNK_SENTENCES`, as equal in size as they can be."""
    count = round(len(sentences) / CHUNK_SENTENCES) or 1
    edges = [round(index * len(sentences) / count) for index in range(count + 1)]
    for first, end in itertools.pairwise(edges):
        if first == end:
            continue
        window = sentences[max(0, first - CHUNK_OVERLAP) : end + CHUNK_OVERLAP]
        yield ChunkedSentences(_join(window, gap=" "), tuple(sentences[first:end]), first)


def _time_words(segment: Segment) -> list[TimedText]:
    """Return the words of a segment with times; those without are spread over it by their letters.

    A word keeps the space before it, so that scripts without spaces are joined without.
    """
    gap = " " if " " in segment.text.strip() or not segment.words else ""
    if segment.words:
        heard = [
            TimedText(gap + str(word["text"]).strip(), word["start_seconds"], word["end_seconds"])
            for word in segment.words
            if str(word["text"]).strip()
        ]
        return [TimedText(" " + heard[0].text.strip(), heard[0].start_seconds, heard[0].end_seconds), *heard[1:]]
    texts = segment.text.split()
    letters = sum(map(len, texts)) or 1
    pace = (segment.end_seconds - segment.start_seconds) / letters
    words, at = [], segment.start_seconds
    for text in texts:
        words.append(TimedText(gap + text, at, at + pace * len(text)))
        at += pace * len(text)
    return words


def _is_end(sentence: list[TimedText], following: TimedText) -> bool:
    last, first_letter = sentence[-1].text.strip(), following.text.strip()[:1]
    pause_seconds = following.start_seconds - sentence[-1].end_seconds
    if SENTENCE_END.search(last) and not ABBREVIATION.match(last):
        return not first_letter.islower() or pause_seconds >= STOP_PAUSE_SECONDS
    return len(sentence) >= MOST_WORDS or pause_seconds >= PAUSE_SECONDS


def _join(parts: Sequence[TimedText], *, gap: str) -> TimedText:
    """Join words, or sentences, into one text; an end never lies before its start."""
    start = max(0.0, parts[0].start_seconds)
    text = gap.join(part.text for part in parts).strip()
    return TimedText(text, start, max(start, *(part.end_seconds for part in parts)))

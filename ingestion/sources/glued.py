"""Transcripts of the original pipeline: `{start} {text}{end}{start} {text}{end}…`, nothing between the numbers.

    0.0 Hello there.6.166.16 Today we look at GPT-312.3212.32 and at its peers.18.0

Numbers are as Python writes floats, so that `6.166.16` can only be an end of 6.16 and a start of 6.16. Where a
text ends in digits of its own (`GPT-3`), that reading counts which leaves the least silence and never goes back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# As far as a segment may begin before the one before it has ended.
OVERLAP_SECONDS = 0.1
# Most segments begin where the one before them has ended, but for the last digits of a float.
ROUNDING_SECONDS = 1e-9
# A second of silence speaks as much against a reading as so many seconds of speech in one segment.
SPEECH_PER_SILENCE = 100

NUMBER = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]+")
OPENING = re.compile(r"([0-9]+\.[0-9]+) ")
# Two numbers and what the text ends with, before the blank that opens the next text.
SEAM = re.compile(r"(?<![0-9.])[0-9.]++(?= )")
CLOSING = re.compile(r"(?<![0-9.])[0-9.]++$")
# Two floats of Python are not longer.
LONGEST_SEAM = 48


class NotGluedError(Exception):
    """A text that does not begin and end with a time."""

    permanent = True


@dataclass(frozen=True)
class Segment:
    """What was said from one second to another."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class _Reading:
    """One way to read a seam: what still belongs to the text, its end, the next start."""

    rest: str
    end: float
    start: float


def take_apart(glued: str) -> list[Segment]:
    """Return the segments of a glued transcript; glued together again they are the same text.

    Raises NotGluedError.
    """
    opening = OPENING.match(glued)
    if opening is None or _number(opening[1]) is None:
        raise NotGluedError("it does not begin with a time and a blank")
    segments = []
    start, position = float(opening[1]), opening.end()
    for seam in SEAM.finditer(glued, position):
        reading = _best(_readings(seam.group()), start=start)
        if reading is None:
            continue  # numbers that were spoken
        segments.append(Segment(start, reading.end, glued[position : seam.start()] + reading.rest))
        start, position = reading.start, seam.end() + 1
    return [*segments, _last(glued[position:], start=start)]


def glue(segments: list[Segment]) -> str:
    """Return segments as the original pipeline wrote them."""
    return "".join(f"{each.start!r} {each.text}{each.end!r}" for each in segments)


def _readings(seam: str) -> Iterator[_Reading]:
    shortest = max(0, len(seam) - LONGEST_SEAM)
    for middle in range(shortest + 1, len(seam)):
        start = _number(seam[middle:])
        if start is None:
            continue
        for first in range(shortest, middle):
            end = _number(seam[first:middle])
            if end is not None:
                yield _Reading(seam[:first], end, start)


def _best(readings: Iterator[_Reading], *, start: float) -> _Reading | None:
    possible = [each for each in readings if each.end >= start and each.start >= each.end - OVERLAP_SECONDS]

    def doubt(each: _Reading) -> tuple[bool, float]:
        gap = abs(each.start - each.end)
        return gap > ROUNDING_SECONDS, gap + (each.end - start) / SPEECH_PER_SILENCE

    return min(possible, key=doubt, default=None)


def _last(text: str, *, start: float) -> Segment:
    """Return the last segment: of the ends that are possible, the one that leaves it shortest."""
    closing = CLOSING.search(text)
    digits = closing.group() if closing else ""
    firsts = range(max(0, len(digits) - LONGEST_SEAM), len(digits))
    ends = [(end, first) for first in firsts if (end := _number(digits[first:])) is not None]
    possible = [each for each in ends if each[0] >= start]
    if closing is None or not possible:
        raise NotGluedError("it does not end with a time")
    end, first = min(possible)
    return Segment(start, end, text[: closing.start() + first])


def _number(text: str) -> float | None:
    """Return the float that Python would write like this."""
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if repr(value) == text else None

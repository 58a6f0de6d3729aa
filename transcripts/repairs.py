"""Times put right: in order, within the recording, never ending before they start; what was mended is said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from transcripts.heard import HeardSegment, HeardWord

# A segment without a length of its own is given the time its text takes to say, at this pace.
CHARACTERS_PER_SECOND = 15.0

SETTLED_OPTIONS: dict[str, object] = {"characters_per_second": CHARACTERS_PER_SECOND}

START_MOVED = "start_moved"
END_CLIPPED = "end_clipped"
END_MENDED = "end_mended"
WORDS_MOVED = "words_moved"


@dataclass(frozen=True)
class _Span:
    start_seconds: float
    end_seconds: float
    repair: tuple[str, ...]


def mend(segments: Iterable[HeardSegment], *, duration_seconds: float) -> Iterator[HeardSegment]:
    """Yield every segment with sound times; `repair` lists what was done, separated by commas."""
    previous_start = 0.0
    ending: list[HeardSegment | None] = [None]
    for segment, following in pairwise(chain(segments, ending)):
        if segment is None:
            return
        span = _mend_span(
            segment, following=following, previous_start=previous_start, duration_seconds=duration_seconds
        )
        previous_start = span.start_seconds
        yield _fit(segment, span=span)


def _mend_span(
    segment: HeardSegment,
    *,
    following: HeardSegment | None,
    previous_start: float,
    duration_seconds: float,
) -> _Span:
    repair = []
    start = min(max(segment.start_seconds, previous_start), duration_seconds)
    if start != segment.start_seconds:
        repair.append(START_MOVED)
    end = segment.end_seconds
    if end <= start:
        repair.append(END_MENDED)
        end = start + len(segment.text) / CHARACTERS_PER_SECOND
        if following is not None and following.start_seconds > start:
            end = min(end, following.start_seconds)
    if end > duration_seconds:
        repair.append(END_CLIPPED)
        end = duration_seconds
    return _Span(start, end, tuple(repair))


def _fit(segment: HeardSegment, *, span: _Span) -> HeardSegment:
    words = tuple(_fit_words(segment.words, span=span))
    moved = (WORDS_MOVED,) if words != segment.words else ()
    return replace(
        segment,
        start_seconds=span.start_seconds,
        end_seconds=span.end_seconds,
        words=words,
        repair=",".join(span.repair + moved),
    )


def _fit_words(words: Iterable[HeardWord], *, span: _Span) -> Iterator[HeardWord]:
    earliest = span.start_seconds
    for word in words:
        start = min(max(word.start_seconds, earliest), span.end_seconds)
        end = min(max(word.end_seconds, start), span.end_seconds)
        earliest = start
        yield replace(word, start_seconds=start, end_seconds=end)

"""Automatic captions of YouTube roll: each cue opens with the line before, which is said once."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from transcripts.captions.cues import Cue

# Rolling captions follow one another without a pause.
GAP_SECONDS = 0.05


def unroll(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield cues with every line where it is first shown; those of a person are left as they are."""
    yield from cues[:1]
    is_rolling = _is_rolling(cues)
    for before, cue in pairwise(cues):
        repeated_count = _count_repeated(before, cue) if is_rolling else 0
        yield Cue(cue.start_seconds, cue.end_seconds, cue.lines[repeated_count:])


def _is_rolling(cues: Sequence[Cue]) -> bool:
    """Tell automatic captions: times between words, or most cues opening with the line before."""
    if any(line.words for cue in cues for line in cue.lines):
        return True
    repeated_count = sum(bool(_count_repeated(before, cue)) for before, cue in pairwise(cues))
    return len(cues) > 2 and repeated_count > len(cues) / 2


def _count_repeated(before: Cue, cue: Cue) -> int:
    """Return how many lines that close the cue before open this one."""
    if cue.start_seconds > before.end_seconds + GAP_SECONDS:
        return 0
    shown, lines = ([line.text for line in each.lines] for each in (before, cue))
    sizes = range(min(len(shown), len(lines)), 0, -1)
    return next((size for size in sizes if shown[-size:] == lines[:size]), 0)

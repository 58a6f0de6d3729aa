"""What captions say, whatever form they came in; all times in seconds."""

from dataclasses import dataclass

from ingestion import text
from transcripts.heard import HeardWord


@dataclass(frozen=True)
class Line:
    """A line as it is read, without markup; words only where the file gives their times."""

    text: str
    words: tuple[HeardWord, ...] = ()


@dataclass(frozen=True)
class Cue:
    """What is shown at once."""

    start_seconds: float
    end_seconds: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Reading:
    """The cues of a file; `repairs` says in sentences what had to be mended to have them."""

    cues: tuple[Cue, ...]
    language: str = ""
    repairs: tuple[str, ...] = ()


def count_skipped(count: int) -> tuple[str, ...]:
    """Return the repair that cues were left out, nothing where none were."""
    return (f"{text.tell_count(count, 'malformed cue')} skipped.",) if count > 0 else ()

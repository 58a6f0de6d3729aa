"""Published captions as a transcriber: WebVTT or SubRip, malformed or not."""

import html
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from ingestion.models import MediaKind
from transcripts.audio import UnreadableAudioError
from transcripts.heard import HeardSegment, HeardWord
from transcripts.transcribers.base import Hearing, Transcriber

logger = logging.getLogger(__name__)

WORD_TIME = re.compile(r"<((?:\d+:)?\d{1,2}:\d{1,2}\.\d{1,3})>")
TAG = re.compile(r"<[^>]*>")
# Rolling captions follow one another without a pause.
ROLLING_GAP_SECONDS = 0.05


@dataclass(frozen=True)
class _Cue:
    start_seconds: float
    end_seconds: float
    lines: tuple[str, ...]

    @property
    def plain_lines(self) -> tuple[str, ...]:
        return tuple(_plain(line) for line in self.lines)


class Captions(Transcriber):
    """Reads captions as segments.

    Words have times only where the file gives them, as YouTube's automatic captions do between the words;
    elsewhere a segment has no words: a time that nobody measured is not made up. Rolling captions repeat
    the line before; a line is taken once, where it is first shown.
    """

    engine: ClassVar[str] = "captions"
    media_kind: ClassVar[MediaKind] = MediaKind.CAPTIONS
    settled_options: ClassVar[dict[str, object]] = {"version": 1}

    def prepare(self) -> None:
        """Need nothing."""

    def listen(self, path: Path, *, language: str) -> Hearing:
        """Return the cues of a file in order of their starts; malformed ones are skipped and logged.

        Raises UnreadableAudioError for what is neither WebVTT nor SubRip.
        """
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        cues, declared_language = _read_cues(text)
        skipped_count = text.count("-->") - len(cues)
        if skipped_count > 0:
            logger.warning("captions %s: %d malformed cues skipped", path.name, skipped_count)
        spoken = _unroll(cues) if _is_rolling(cues) else cues
        return Hearing(
            language=language or declared_language,
            duration_seconds=max((max(cue.start_seconds, cue.end_seconds) for cue in cues), default=0.0),
            segments=(segment for segment in map(_segment, spoken) if segment.text),
        )


def _read_cues(text: str) -> tuple[list[_Cue], str]:
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    kind = "vtt" if text.startswith("WEBVTT") else "srt"
    try:
        parsed = webvtt.WebVTT.from_buffer(io.StringIO(text), format=kind)
    except (MalformedFileError, MalformedCaptionError) as error:
        raise UnreadableAudioError("The captions are neither WebVTT nor SubRip.") from error
    cues = [
        _Cue(
            caption.start_time.in_milliseconds() / 1000,
            caption.end_time.in_milliseconds() / 1000,
            tuple(line for line in caption.raw_text.split("\n") if _plain(line)),
        )
        for caption in parsed.captions
    ]
    declared = [line.partition(":")[2] for line in parsed.metadata if line.startswith("Language:")]
    return sorted(cues, key=lambda cue: cue.start_seconds), "".join(declared[:1]).strip()


def _is_rolling(cues: list[_Cue]) -> bool:
    """Tell automatic captions: times between words, or most cues opening with the line before."""
    if any(WORD_TIME.search(line) for cue in cues for line in cue.lines):
        return True
    repeated_count = sum(bool(_repeated_count(before, cue)) for before, cue in pairwise(cues))
    return len(cues) > 2 and repeated_count > len(cues) / 2


def _unroll(cues: list[_Cue]) -> Iterator[_Cue]:
    yield from cues[:1]
    for before, cue in pairwise(cues):
        yield _Cue(cue.start_seconds, cue.end_seconds, cue.lines[_repeated_count(before, cue) :])


def _repeated_count(before: _Cue, cue: _Cue) -> int:
    """Return how many lines that close the cue before open this one."""
    if cue.start_seconds > before.end_seconds + ROLLING_GAP_SECONDS:
        return 0
    shown, lines = before.plain_lines, cue.plain_lines
    sizes = range(min(len(shown), len(lines)), 0, -1)
    return next((size for size in sizes if shown[-size:] == lines[:size]), 0)


def _segment(cue: _Cue) -> HeardSegment:
    return HeardSegment(
        start_seconds=cue.start_seconds,
        end_seconds=cue.end_seconds,
        text=" ".join(cue.plain_lines),
        words=tuple(word for line in cue.lines for word in _timed_words(line, cue=cue)),
    )


def _timed_words(line: str, *, cue: _Cue) -> Iterator[HeardWord]:
    """Yield the words of a line that carries times: the first starts with the cue."""
    parts = WORD_TIME.split(line)
    if len(parts) == 1:
        return
    starts = [cue.start_seconds, *(_seconds(stamp) for stamp in parts[1::2])]
    ends = [*starts[1:], max(cue.end_seconds, starts[-1])]
    for start, end, part in zip(starts, ends, parts[::2], strict=True):
        if text := _plain(part):
            yield HeardWord(start, end, f" {text}", None)


def _plain(line: str) -> str:
    """Return a line without tags and entities, its spaces single."""
    return " ".join(html.unescape(TAG.sub("", line)).split())


def _seconds(stamp: str) -> float:
    *hours, minutes, seconds = stamp.split(":")
    return 3600 * int(hours[0] if hours else 0) + 60 * int(minutes) + float(seconds)

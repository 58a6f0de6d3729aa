"""Published captions as a transcriber."""

import logging
from pathlib import Path
from typing import ClassVar

from ingestion.models import MediaKind
from transcripts import captions
from transcripts.captions import rolling
from transcripts.heard import HeardPiece, HeardSegment
from transcripts.transcribers.base import Hearing, Transcriber

logger = logging.getLogger(__name__)


class Captions(Transcriber):
    """Reads captions as segments.

    Words have times only where the file gives them, as YouTube's automatic captions do; elsewhere a segment has
    no words: a time that nobody measured is not made up.
    """

    engine: ClassVar[str] = "captions"
    media_kind: ClassVar[MediaKind] = MediaKind.CAPTIONS
    settled_options = {"version": 2}

    def prepare(self) -> None:
        """Need nothing."""

    def listen(self, path: Path, *, language: str, from_seconds: float, terms: str) -> Hearing:
        """Return the cues of a file as one piece, in order of their starts; what had to be mended is logged.

        Raises UnreadableAudioError for what are no captions.
        """
        reading = captions.read(path.read_bytes())
        for repair in reading.repairs:
            logger.warning("captions %s: %s", path.name, repair)
        end_seconds = max((max(c.start_seconds, c.end_seconds) for c in reading.cues), default=0.0)
        segments = tuple(_segment(cue) for cue in rolling.unroll(reading.cues) if cue.lines)
        pieces = [] if from_seconds else [HeardPiece(end_seconds, segments)]
        return Hearing(language or reading.language, end_seconds, iter(pieces))


def _segment(cue: captions.Cue) -> HeardSegment:
    return HeardSegment(
        start_seconds=cue.start_seconds,
        end_seconds=cue.end_seconds,
        text=" ".join(line.text for line in cue.lines),
        words=tuple(word for line in cue.lines for word in line.words),
    )

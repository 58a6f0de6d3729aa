"""Control characters taken out of what was heard."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingestion.text import strip_control_characters
from transcripts.heard import HeardSegment


def strip(segments: Iterable[HeardSegment]) -> Iterator[HeardSegment]:
    """Yield every segment, its text and its words without control characters."""
    for segment in segments:
        words = tuple(replace(word, text=strip_control_characters(word.text)) for word in segment.words)
        yield replace(segment, text=strip_control_characters(segment.text).strip(), words=words)

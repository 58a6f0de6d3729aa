"""Where speech is, by voice activity detection: chunks to be heard, and what of them was passed over.

Chunks are cut at pauses. One keeps its inner pauses, so that its clock is the recording's.
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcripts import audio

PAUSE_MILLISECONDS = 160
PADDING_MILLISECONDS = 100
# A decoder may stop early; more speech than this after its last word is heard once more, by itself.
LEAST_UNHEARD_SECONDS = 1.5

SETTLED_OPTIONS: dict[str, object] = {
    "pause_milliseconds": PAUSE_MILLISECONDS,
    "padding_milliseconds": PADDING_MILLISECONDS,
    "least_unheard_seconds": LEAST_UNHEARD_SECONDS,
}

Span = tuple[float, float]


@dataclass(frozen=True)
class Chunk:
    """Speech spans, (start, end) in seconds, that are heard together."""

    spans: tuple[Span, ...]

    @property
    def start_seconds(self) -> float:
        return self.spans[0][0]

    @property
    def end_seconds(self) -> float:
        return self.spans[-1][1]


def find_chunks(piece: NDArray[np.float32], *, most_seconds: float) -> list[Chunk]:
    """Return the speech of a piece of sound, as many spans to a chunk as fit into so many seconds."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        min_silence_duration_ms=PAUSE_MILLISECONDS,
        speech_pad_ms=PADDING_MILLISECONDS,
        max_speech_duration_s=most_seconds,
    )
    chunks: list[Chunk] = []
    for found in get_speech_timestamps(piece, options):
        span = (found["start"] / audio.SAMPLE_RATE, found["end"] / audio.SAMPLE_RATE)
        if chunks and span[1] - chunks[-1].start_seconds <= most_seconds:
            chunks[-1] = Chunk((*chunks[-1].spans, span))
        else:
            chunks.append(Chunk((span,)))
    return chunks


def find_unheard(chunks: list[Chunk], *, heard_until: list[float]) -> list[Chunk]:
    """Return what is left of the chunks after the seconds up to which words were heard."""
    ends = sorted(heard_until)
    rests = []
    for chunk in chunks:
        last = bisect_right(ends, chunk.end_seconds + 1e-3) - 1
        heard = max(ends[last] if last >= 0 else 0.0, chunk.start_seconds)
        spans = tuple((max(start, heard), end) for start, end in chunk.spans if end > heard)
        if heard > chunk.start_seconds and sum(end - start for start, end in spans) > LEAST_UNHEARD_SECONDS:
            rests.append(Chunk(spans))
    return rests

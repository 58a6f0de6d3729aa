"""Segments as both packages of Whisper give them, under the names that OpenAI's gave them."""

from typing import Any

from transcripts.heard import HeardSegment, HeardWord


def read(segment: dict[str, Any], *, offset_seconds: float, language: str) -> HeardSegment:
    """Return a segment with word times, of a piece that begins at the offset."""
    return HeardSegment(
        start_seconds=float(segment["start"] + offset_seconds),
        end_seconds=float(segment["end"] + offset_seconds),
        text=segment["text"].strip(),
        words=tuple(
            HeardWord(
                float(word["start"] + offset_seconds),
                float(word["end"] + offset_seconds),
                word["word"],
                float(word["probability"]),
            )
            for word in segment["words"]
        ),
        average_log_probability=float(segment["avg_logprob"]),
        no_speech_probability=float(segment["no_speech_prob"]),
        compression_ratio=float(segment["compression_ratio"]),
        spoken_language=language,
    )

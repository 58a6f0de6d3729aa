"""What retrieval hands on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """A sentence that was found, with its chunk's text; a score, at most 1, means the same everywhere."""

    sentence_id: int
    video_pk: int
    text: str
    passage: str
    start_seconds: float
    end_seconds: float
    score: float

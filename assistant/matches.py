"""What retrieval hands on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """A sentence that was found, with its chunk's text; its score, at most 1, means the same for every question."""

    sentence_id: int
    video_pk: int
    text: str
    passage: str
    start_seconds: float
    end_seconds: float
    score: float

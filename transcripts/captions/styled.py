"""Captions of players in which styles come first: SubStation Alpha (ASS, SSA) and SAMI."""

import re

from transcripts.audio import UnreadableAudioError
from transcripts.captions import markup
from transcripts.captions.cues import Reading, count_skipped

_TIME = r"[ \t]*\d{1,2}:\d{1,2}:\d{1,2}[.,]\d{1,3}[ \t]*"
_MARGINS = r"(?:,[ \t]*\d+[ \t]*){3}"
# Only the first field differs between the two versions.
DIALOGUE = re.compile(rf"^Dialogue:[^,\n]*(,{_TIME},{_TIME},[^,\n]*,[^,\n]*{_MARGINS},[^,\n]*,.*)$", re.MULTILINE)


def read_substation(text: str) -> Reading:
    """Return the dialogue of a script, without drawings and comments; its styles are not looked at."""
    found = DIALOGUE.findall(text)
    script = "\n".join(["[Events]", *(f"Dialogue: 0{rest}" for rest in found)])
    return _read(script, kind="ass", skipped_count=text.count("\nDialogue:") - len(found))


def read_sami(text: str) -> Reading:
    """Return what SAMI shows; a cue ends where the next begins, or after the time its text takes to read."""
    return _read(text, kind="sami", skipped_count=0)


def _read(text: str, *, kind: str, skipped_count: int) -> Reading:
    import pysubs2

    try:
        cues = tuple(
            markup.read_cue(event.plaintext, start_seconds=event.start / 1000, end_seconds=event.end / 1000)
            for event in pysubs2.SSAFile.from_string(text, format_=kind)
            if event.is_text
        )
    except Exception as error:  # whatever comes up in parsing
        raise UnreadableAudioError(f"The captions cannot be read as {kind.upper()}.") from error
    return Reading(cues, repairs=count_skipped(skipped_count))

"""What a line of captions says, without its markup, and when each word is said.

Tags, times between words and the override blocks of SubStation Alpha are markup; a lone `<` is not: lectures have
inequalities. What is escaped was meant to be read, tags too.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from transcripts.captions.cues import Cue, Line
from transcripts.heard import HeardWord

WORD_TIME = re.compile(r"<((?:\d{1,4}:)?\d{1,2}:\d{1,2}\.\d{1,3})>")
OVERRIDE = re.compile(r"\{\\[^{}]*\}")
# A tag ends with the first `>`, whatever is in it, so that nothing is left that would make a new one; or with the
# text, so that many beginnings cost no more than one.
TAG = re.compile(r"<+(?=[/A-Za-z\d])[^>]*(?:>|\Z)")
UNENDED_TAG = re.compile(
    r"<+(?:/?(?:b|c|font|i|lang|rt|ruby|s|span|u|v)(?:\.[\w.-]*)?(?: \w+=.*)?|(?:v|lang)[ .].{0,40}|[\d:.]+)",
    re.DOTALL,
)
TAG_OF_LINES = re.compile(r"<[/A-Za-z][^<>]*>")


def read_cue(text: str, *, start_seconds: float, end_seconds: float) -> Cue:
    """Return a cue with the lines of a text that say something."""
    joined = TAG_OF_LINES.sub(lambda tag: tag[0].replace("\n", " "), text)
    lines = (_read_line(line, start=start_seconds, end=end_seconds) for line in joined.split("\n"))
    return Cue(start_seconds, end_seconds, tuple(line for line in lines if line.text))


def strip(text: str) -> str:
    """Return a text without markup and entities, its spaces single."""
    return " ".join(_bare(text).split())


def read_words(parts: Sequence[str], *, starts: Sequence[float], end_seconds: float) -> Iterator[HeardWord]:
    """Yield a word for each part that says something; a time may stand within a word."""
    ends = [*starts[1:], max(end_seconds, starts[-1])]
    before = ""
    for start, end, part in zip(starts, ends, parts, strict=True):
        bare = _bare(part)
        is_within_word = before[-1:].isalnum() and bare[:1].isalnum()
        before = bare
        if text := " ".join(bare.split()):
            yield HeardWord(start, end, text if is_within_word else f" {text}", None)


def join(words: Iterable[HeardWord]) -> Line:
    """Return the line that words make."""
    kept = tuple(words)
    return Line("".join(word.text for word in kept).strip(), kept)


def _read_line(line: str, *, start: float, end: float) -> Line:
    parts = WORD_TIME.split(line)
    if len(parts) == 1:
        return Line(strip(line))
    starts = [start, *(_seconds(stamp) for stamp in parts[1::2])]
    return join(read_words(parts[::2], starts=starts, end_seconds=end))


def _bare(text: str) -> str:
    return html.unescape(TAG.sub(_drop_tag, OVERRIDE.sub("", text)))


def _drop_tag(found: re.Match[str]) -> str:
    """Return nothing for a tag, and for one that the file was cut in; else what looked like one."""
    is_tag = found[0].endswith(">") or UNENDED_TAG.fullmatch(found[0])
    return "" if is_tag else found[0]


def _seconds(stamp: str) -> float:
    *hours, minutes, seconds = stamp.split(":")
    return 3600 * int(hours[0] if hours else 0) + 60 * int(minutes) + float(seconds)

"""Captions in blocks of text, a line of times above what is said: WebVTT, SubRip and SBV."""

import io
import re

from transcripts.audio import UnreadableAudioError
from transcripts.captions import markup
from transcripts.captions.cues import Reading, count_skipped

ARROW = "-->"
_LOOSE_TIME = r"(?:(\d{1,4}) ?: ?)?(\d{1,2}) ?: ?(\d{1,2})(?: ?[.,] ?(\d{1,3})\d*)?"
LOOSE_TIMES = re.compile(rf"(?<![\d:]){_LOOSE_TIME}[ \t]*-->[ \t]*{_LOOSE_TIME}(?![\w:])")
SOUND_TIMES = re.compile(
    r"[ \t]*(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{3} *--> *(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{3}(?!\d)"
)
# What stands above the times of a cue: its number, or one line of anything after an empty one, or nothing.
NUMBER = re.compile(r"(?:\n[ \t]*\d+[ \t]*\n|\n[ \t]*\n[^\n]+\n|\n)(?=\d+:\d\d:\d\d\.\d{3} --> )")
# The number of a cue that has lost its times.
STRAY_NUMBER = re.compile(r"\n\n\d+[ \t]*\n(?!.*-->)(?=[^\n])")
# A block of WebVTT that has no times and needs none.
TIMELESS = re.compile(r"\s*(?:(?:NOTE|STYLE|REGION)\b|\Z)")


def read_webvtt(text: str) -> Reading:
    """Return the cues of WebVTT; its comments, styles and regions are not said."""
    mended, repairs = _mend_times(text)
    _header, *blocks = mended.split("\n\n")
    if stray_count := sum(ARROW not in block and not TIMELESS.match(block) for block in blocks):
        repairs += (f"Texts without times, skipped: {stray_count}.",)
    return _read(mended, kind="vtt", time_count=text.count(ARROW), repairs=repairs)


def read_subrip(text: str) -> Reading:
    """Return the cues of SubRip, also of one without numbers, or of WebVTT without its first line."""
    mended, repairs = _mend_times(text)
    above = NUMBER.findall(f"\n{mended}")
    if not above:
        raise UnreadableAudioError("The captions have no cue whose times can be read.")
    if odd_count := sum(not number.strip().isdecimal() for number in above):
        repairs += (f"Cues without a number: {odd_count}.",)
    mended, stray_count = STRAY_NUMBER.subn("\n\n", mended)
    if stray_count:
        repairs += (f"Texts without times, kept with the cue before: {stray_count}.",)
    # What stands before the first is no cue, and the parser would refuse it.
    _, number, rest = NUMBER.sub("\n\n1\n", f"\n{mended}").partition("\n\n1\n")
    return _read(f"{number}{rest}".strip("\n"), kind="srt", time_count=text.count(ARROW), repairs=repairs)


def read_sbv(text: str) -> Reading:
    """Return the cues of SBV, as YouTube's studio saves captions."""
    block_count = sum(bool(block.strip()) for block in text.split("\n\n"))
    return _read(text.strip(), kind="sbv", time_count=block_count, repairs=())


def _read(text: str, *, kind: str, time_count: int, repairs: tuple[str, ...]) -> Reading:
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    try:
        parsed = webvtt.WebVTT.from_buffer(io.StringIO(text), format=kind)
        cues = tuple(
            markup.read_cue(
                caption.raw_text,
                start_seconds=caption.start_time.in_milliseconds() / 1000,
                end_seconds=caption.end_time.in_milliseconds() / 1000,
            )
            for caption in parsed.captions
        )
    # A number of more digits than any time has is none to Python.
    except (MalformedFileError, MalformedCaptionError, OverflowError, ValueError) as error:
        raise UnreadableAudioError(f"The captions cannot be read as {kind.upper()}.") from error
    repairs += count_skipped(time_count - len(cues))
    declared = [line.partition(":")[2].strip() for line in parsed.metadata if line.startswith("Language:")]
    return Reading(cues, "".join(declared[:1]), repairs)


def _mend_times(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text with every readable pair of times as WebVTT writes it, and what was odd about them."""
    lines = text.split("\n")
    odd_count = 0
    for place, line in enumerate(lines):
        if ARROW in line and re.search(r"\d:\d", line):
            lines[place] = _mend_line(line)
            odd_count += LOOSE_TIMES.search(line) is not None and not SOUND_TIMES.match(line)
    return "\n".join(lines), ((f"Malformed times, mended: {odd_count}.",) if odd_count else ())


def _mend_line(line: str) -> str:
    """Return a line of times; what cannot be read begins a cue all the same, and is not said in the one before."""
    found = LOOSE_TIMES.search(line)
    if found is None:
        return f"\n\n{line}"
    start, end = _stamp(*found.group(1, 2, 3, 4)), _stamp(*found.group(5, 6, 7, 8))
    before = line[: found.start()].strip()
    times = f"{start} {ARROW} {end}{line[found.end() :]}"
    return f"{before}\n\n{times}" if before else times


def _stamp(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> str:
    return f"{hours or 0:0>2}:{minutes:0>2}:{seconds:0>2}.{fraction or 0:0<3}"

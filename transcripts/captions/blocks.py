"""Captions in blocks of text, a line of times above what is said: WebVTT, SubRip and SBV."""

import io
import re

from transcripts.audio import UnreadableAudioError
from transcripts.captions import markup
from transcripts.captions.cues import Reading, count_skipped

ARROW = "-->"
# To the parser every arrow stands between times.
SAID_ARROW = "--&gt;"
_LOOSE_TIME = r"(?:(\d{1,4}) ?: ?)?(\d{1,2}) ?: ?(\d{1,2})(?: ?[.,] ?(\d{1,3})\d*)?"
LOOSE_TIMES = re.compile(rf"(?<![\d:]){_LOOSE_TIME}[ \t]*-->[ \t]*{_LOOSE_TIME}(?![\w:])")
SOUND_TIMES = re.compile(
    r"[ \t]*(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{3} *--> *(?:\d{1,4}:)?\d{1,2}:\d\d[.,]\d{3}(?!\d)"
)
_MENDED_TIMES = r"\d+:\d\d:\d\d\.\d{3} --> "
MENDED_TIMES = re.compile(_MENDED_TIMES)
# What stands above the times of a cue: its number, or one line of anything after an empty one, or nothing.
NUMBER = re.compile(rf"(?:\n[ \t]*\d+[ \t]*\n|\n[ \t]*\n[^\n]+\n|\n)(?={_MENDED_TIMES})")
# No file has more cues than these digits count.
CUE_NUMBER = re.compile(r"[ \t]*(\d{1,9})[ \t]*")
# A block of WebVTT that has no times and needs none.
TIMELESS = re.compile(r"\s*(?:(?:NOTE|STYLE|REGION)\b|\Z)")


def read_webvtt(text: str) -> Reading:
    """Return the cues of WebVTT; its comments, styles and regions are not said."""
    mended, repairs = _mend_times(text)
    _header, *blocks = mended.split("\n\n")
    if stray_count := sum(ARROW not in block and not TIMELESS.match(block) for block in blocks):
        repairs += (f"Texts without times, skipped: {stray_count}.",)
    return _read(mended, kind="vtt", time_count=_count_times(text), repairs=repairs)


def read_subrip(text: str) -> Reading:
    """Return the cues of SubRip, also of one without numbers, or of WebVTT without its first line."""
    mended, repairs = _mend_times(text)
    above = NUMBER.findall(f"\n{mended}")
    if not above:
        raise UnreadableAudioError("The captions have no cue whose times can be read.")
    if odd_count := sum(not number.strip().isdecimal() for number in above):
        repairs += (f"Cues without a number: {odd_count}.",)
    mended, stray_count = _drop_stray_numbers(mended)
    if stray_count:
        repairs += (f"Texts without times, kept with the cue before: {stray_count}.",)
    # What stands before the first is no cue, and the parser would refuse it.
    _, number, rest = NUMBER.sub("\n\n1\n", f"\n{mended}").partition("\n\n1\n")
    return _read(f"{number}{rest}".strip("\n"), kind="srt", time_count=_count_times(text), repairs=repairs)


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


def _is_times(line: str) -> bool:
    """Tell a line of times, readable or not, from one in which an arrow is said."""
    return ARROW in line and re.search(r"\d:\d", line) is not None


def _count_times(text: str) -> int:
    return sum(line.count(ARROW) for line in text.split("\n") if _is_times(line))


def _drop_stray_numbers(text: str) -> tuple[str, int]:
    """Return a text without the numbers of cues that have lost their times, and how many those were.

    Such a number is the next after the cue's before it: any other is said, as a year is.
    """
    lines = text.split("\n")
    kept: list[str] = []
    following_number = None
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        found = CUE_NUMBER.fullmatch(line)
        is_timed = MENDED_TIMES.match(after) is not None
        is_next = found is not None and int(found[1]) == following_number
        if found and (is_timed or is_next):
            following_number = int(found[1]) + 1
        if not is_next or is_timed or before.strip() or not after.strip():
            kept.append(line)
    return "\n".join(kept), len(lines) - len(kept)


def _mend_times(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text with every readable pair of times as WebVTT writes it, and what was odd about them."""
    lines = text.split("\n")
    odd_count = 0
    for place, line in enumerate(lines):
        if not _is_times(line):
            lines[place] = line.replace(ARROW, SAID_ARROW)
        else:
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

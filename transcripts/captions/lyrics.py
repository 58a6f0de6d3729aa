"""Captions as players of music show them, a line at its time: LRC."""

import re

from transcripts.captions import markup
from transcripts.captions.cues import Reading, count_skipped

TIME = r"\[(?P<minutes>\d{1,4}):(?P<seconds>\d{1,2}(?:[.:]\d{1,3})?)\]"
TIMED = re.compile(rf"\s*{TIME}")
# Who sang it, and other things that are not said.
TAG = re.compile(r"\s*\[[A-Za-z#]+:[^\]]*\]")
# The last line has no next one to end with.
LAST_SECONDS = 5.0


def read_lrc(text: str) -> Reading:
    """Return the lines of LRC; each ends where the next begins, and a line of no words ends the one before."""
    lines = [line for line in text.split("\n") if line.strip() and not TAG.fullmatch(line.rstrip())]
    timed = sorted(((start, said) for line in lines for start, said in _read_line(line)), key=lambda each: each[0])
    ends = [start for start, _said in timed[1:]]
    ends += [timed[-1][0] + LAST_SECONDS] if timed else []
    cues = tuple(
        markup.read_cue(said, start_seconds=start, end_seconds=end)
        for (start, said), end in zip(timed, ends, strict=True)
    )
    return Reading(cues, repairs=count_skipped(sum(TIMED.match(line) is None for line in lines)))


def _read_line(line: str) -> list[tuple[float, str]]:
    """Return a line at each of its times: what is sung again is written once."""
    starts = []
    while time := TIMED.match(line):
        starts.append(60 * int(time["minutes"]) + float(time["seconds"].replace(":", ".")))
        line = line[time.end() :]
    return [(start, line.strip()) for start in starts]

"""Long segments cut where sentences end, so that a link to one opens where it is said."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from transcripts.heard import HeardSegment, HeardWord

SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")  # noqa: RUF001
CLOSING_MARKS = "\"'”’)]»"  # noqa: RUF001
# Shorter ones stay with what follows: "Dr.", "No."
LEAST_WORDS = 3

SETTLED_OPTIONS: dict[str, object] = {
    "sentence_rule_version": 1,
    "sentence_ends": SENTENCE_ENDS,
    "sentence_closing_marks": CLOSING_MARKS,
    "least_sentence_words": LEAST_WORDS,
}


def split(segments: Iterable[HeardSegment]) -> Iterator[HeardSegment]:
    """Yield a segment per sentence where words have times; what holds for the segment holds for each.

    Words come in with the space before them, as Whisper's tokens have it, and go out without.
    """
    for segment in segments:
        groups = list(_group(segment.words))
        if not groups:
            yield segment
            continue
        starts = [segment.start_seconds, *(group[0].start_seconds for group in groups[1:])]
        ends = [*(group[-1].end_seconds for group in groups[:-1]), segment.end_seconds]
        for group, start, end in zip(groups, starts, ends, strict=True):
            text = "".join(word.text for word in group).strip()
            words = tuple(replace(word, text=word.text.strip()) for word in group)
            yield replace(segment, start_seconds=start, end_seconds=end, text=text, words=words)


def _group(words: Iterable[HeardWord]) -> Iterator[list[HeardWord]]:
    group: list[HeardWord] = []
    for word in words:
        group.append(word)
        ends = word.text.rstrip().rstrip(CLOSING_MARKS).endswith(SENTENCE_ENDS)
        if ends and len(group) >= LEAST_WORDS:
            yield group
            group = []
    if group:
        yield group

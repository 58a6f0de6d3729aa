"""Gates against text that was never said: what fails one is kept and marked, and not shown downstream.

Log-probability and compression ratio have the thresholds of Radford et al., "Robust Speech Recognition via
Large-Scale Weak Supervision" (2022), section 4.5. Silence is told as there by its own probability together
with an improbable text, at lower thresholds: what is heard here has passed voice activity detection, and
what deceives that, music above all, looks only half silent.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from transcripts.heard import HeardSegment

NO_SPEECH_PROBABILITY = 0.4
LEAST_LOG_PROBABILITY_OF_SILENCE = -0.7
LEAST_AVERAGE_LOG_PROBABILITY = -1.0
MOST_COMPRESSION_RATIO = 2.4
# The same sentence again and again: speakers say a thing three times, loops do not stop there.
MOST_SAME_SEGMENTS = 3
# A phrase of up to eight words, said this often in a row within one segment.
MOST_SAME_PHRASES = 9
LONGEST_PHRASE_WORDS = 8

SETTLED_OPTIONS: dict[str, object] = {
    "no_speech_probability": NO_SPEECH_PROBABILITY,
    "least_log_probability_of_silence": LEAST_LOG_PROBABILITY_OF_SILENCE,
    "least_average_log_probability": LEAST_AVERAGE_LOG_PROBABILITY,
    "most_compression_ratio": MOST_COMPRESSION_RATIO,
    "most_same_segments": MOST_SAME_SEGMENTS,
    "most_same_phrases": MOST_SAME_PHRASES,
    "longest_phrase_words": LONGEST_PHRASE_WORDS,
}


def mark(segments: Iterable[HeardSegment], *, recent: Iterable[str] = ()) -> Iterator[HeardSegment]:
    """Yield every segment, those that fail a gate with its name as their `gate_reason`.

    `recent` are the texts of the segments before.
    """
    last_texts = deque(map(_split_words, recent), maxlen=MOST_SAME_SEGMENTS)
    for segment in segments:
        words = _split_words(segment.text)
        reason = segment.gate_reason or _doubt(segment, words=words)
        if not reason and len(last_texts) == MOST_SAME_SEGMENTS and set(last_texts) == {words}:
            reason = "repeated_segment"
        last_texts.append(words)
        yield replace(segment, gate_reason=reason)


def remember(recent: Iterable[str], segments: Iterable[HeardSegment]) -> tuple[str, ...]:
    """Return the texts that what follows is compared with."""
    return tuple(deque(chain(recent, (segment.text for segment in segments)), maxlen=MOST_SAME_SEGMENTS))


def _split_words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))


def _doubt(segment: HeardSegment, *, words: tuple[str, ...]) -> str:
    log_probability = segment.average_log_probability
    if not words:
        return "no_words"
    if (segment.no_speech_probability or 0) > NO_SPEECH_PROBABILITY and (
        log_probability is not None and log_probability < LEAST_LOG_PROBABILITY_OF_SILENCE
    ):
        return "no_speech"
    if log_probability is not None and log_probability < LEAST_AVERAGE_LOG_PROBABILITY:
        return "low_probability"
    if (segment.compression_ratio or 0) > MOST_COMPRESSION_RATIO:
        return "compression_ratio"
    if _has_loop(words):
        return "repeated_phrase"
    return ""


def _has_loop(words: tuple[str, ...]) -> bool:
    """Tell whether some phrase stands more than MOST_SAME_PHRASES times in a row."""
    for size in range(1, LONGEST_PHRASE_WORDS + 1):
        run = 0
        for left, right in zip(words, words[size:], strict=False):
            run = run + 1 if left == right else 0
            if run >= size * MOST_SAME_PHRASES:
                return True
    return False

from dataclasses import replace

import pytest

from transcripts import gates
from transcripts.heard import HeardSegment

SAID = HeardSegment(0, 5, "A star schema has one fact table.", (), -0.2, 0.05, 1.2)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"no_speech_probability": 0.9}, ""),
        ({"no_speech_probability": 0.9, "average_log_probability": -1.2}, "no_speech"),
        ({"average_log_probability": -1.2}, "low_probability"),
        ({"compression_ratio": 3.0}, "compression_ratio"),
        ({"text": " . ♪ "}, "no_words"),
        ({"text": "and so on " * 12}, "repeated_phrase"),
        ({"text": "very very very good"}, ""),
    ],
)
def test_it_marks_what_fails_a_gate(changes, reason):
    (marked,) = gates.mark([replace(SAID, **changes)])
    assert marked.gate_reason == reason


def test_it_trusts_a_sentence_three_times_and_no_more():
    marked = gates.mark([replace(SAID, text="Thank you.")] * 5)
    assert [segment.gate_reason for segment in marked] == ["", "", ""] + ["repeated_segment"] * 2


def test_it_keeps_every_segment():
    segments = [replace(SAID, compression_ratio=9.0), SAID]
    assert [segment.text for segment in gates.mark(segments)] == [SAID.text] * 2


def test_it_trusts_captions_that_carry_no_probabilities():
    (marked,) = gates.mark([HeardSegment(0, 1, "Hello.")])
    assert marked.gate_reason == ""


def test_it_remembers_what_was_said_before():
    said = replace(SAID, text="Thank you.")
    memory = gates.remember(["Well."], [said] * 3)
    assert memory == ("Thank you.",) * 3
    (marked,) = gates.mark([said], recent=memory)
    assert marked.gate_reason == "repeated_segment"

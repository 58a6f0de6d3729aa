import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sources import glued
from ingestion.sources.glued import Segment


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        (
            "0.0 Hello there.6.166.16 Bye.12.3",
            [Segment(0.0, 6.16, "Hello there."), Segment(6.16, 12.3, "Bye.")],
        ),
        (
            "12.32 Tails18.08000000000000218.080000000000002 are long.24.64",
            [Segment(12.32, 18.080000000000002, "Tails"), Segment(18.080000000000002, 24.64, "are long.")],
        ),
        (
            "20.0 One tail26.40000000000000226.4 of two30.0",
            [Segment(20.0, 26.400000000000002, "One tail"), Segment(26.4, 30.0, "of two")],
        ),
        (
            "60.0 After silence71.6877.28 on83.6",
            [Segment(60.0, 71.68, "After silence"), Segment(77.28, 83.6, "on")],
        ),
        (
            "12.32 It is from 2015.18.218.2 But old.23.92",
            [Segment(12.32, 18.2, "It is from 2015."), Segment(18.2, 23.92, "But old.")],
        ),
        (
            "942.36 by 128950.88950.88 pixels955.0",
            [Segment(942.36, 950.88, "by 128"), Segment(950.88, 955.0, "pixels")],
        ),
        ("0.0 eleven11.011.0 twelve12.0", [Segment(0.0, 11.0, "eleven"), Segment(11.0, 12.0, "twelve")]),
        ("100.0 point 1.23.4 is no time105.0", [Segment(100.0, 105.0, "point 1.23.4 is no time")]),
        ("0.0 version 1.2.3 of 10.0.0.1 runs5.0", [Segment(0.0, 5.0, "version 1.2.3 of 10.0.0.1 runs")]),
        ("185.0 GPT-3196.7", [Segment(185.0, 196.7, "GPT-3")]),
        ("2.0 2.0", [Segment(2.0, 2.0, "")]),
    ],
)
def test_numbers_are_told_from_what_is_said(text, segments):
    assert glued.take_apart(text) == segments
    assert glued.glue(segments) == text


@pytest.mark.parametrize("text", ["", "Hello", "0.0", "0.0 Hello", "00.0 Hello5.0", "9.0 goes back 5.0", "0.0 5."])
def test_what_has_no_times_is_refused(text):
    with pytest.raises(glued.NotGluedError):
        glued.take_apart(text)


@given(st.text(alphabet="0123456789. a", max_size=300))
def test_no_text_loses_a_character(text):
    try:
        segments = glued.take_apart(text)
    except glued.NotGluedError:
        return
    assert glued.glue(segments) == text


@given(
    st.lists(
        st.tuples(
            st.integers(min_value=1, max_value=3000),  # hundredths of a second: speech, then silence
            st.sampled_from([0, 0, 0, 0, 64, 250]),
            st.text(alphabet="abc ,.?", max_size=80),
            st.sampled_from(["", "", " 7", " GPT-3", " 2015."]),
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(min_value=0, max_value=100_000),
)
def test_segments_glued_together_come_apart_as_they_were(spoken, hundredths):
    segments = []
    for length, silence, words, number in spoken:
        start, hundredths = hundredths / 100, hundredths + length
        segments.append(Segment(start, hundredths / 100, f"{words}{number}"))
        hundredths += silence
    apart = glued.take_apart(glued.glue(segments))
    assert glued.glue(apart) == glued.glue(segments)
    assert len(apart) == len(segments)


def test_a_long_text_of_nothing_but_digits_and_dots_is_read():
    text = "0.0 " + "1" * 200_000 + " " + "1.1" * 100_000 + " " + "." * 200_000 + " 9.0"
    assert glued.glue(glued.take_apart(text)) == text


def test_every_transcript_of_the_archive_comes_apart_exactly(shared_data):
    count = 0
    for path in (shared_data / "channel_archive" / "transcriptions").iterdir():
        text = json.loads(json.loads(path.read_text())["data"])["value"]
        segments = glued.take_apart(text)
        count += len(segments)
        assert glued.glue(segments) == text
        assert all(segment.start <= segment.end <= segment.start + 61 for segment in segments), path.name
        assert not any(segment.text.startswith(" ") for segment in segments)
    assert count == 7798

import pytest

from transcripts import clock


@pytest.mark.parametrize(("seconds", "shown"), [(0, "00:00"), (61.9, "01:01"), (3725, "62:05")])
def test_it_gives_minutes_and_seconds(seconds, shown):
    assert clock.format_clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (65, "1 min 05 s"), (600, "10 min"), (3599, "59 min"), (5445, "1 h 30 min")],
)
def test_a_length_is_as_exact_as_it_needs_to_be(seconds, text):
    assert clock.format_length(seconds) == text

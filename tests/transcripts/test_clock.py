import pytest

from transcripts import clock


@pytest.mark.parametrize(("seconds", "shown"), [(0, "00:00"), (61.9, "01:01"), (3725, "62:05")])
def test_it_gives_minutes_and_seconds(seconds, shown):
    assert clock.format_clock(seconds) == shown

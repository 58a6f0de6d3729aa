from datetime import UTC, datetime

import pytest

from ingestion import values

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT3M34S", 214),
        ("PT45S", 45),
        ("PT1H", 3600),
        ("P1D", 86_400),
        ("P3W3DT20H31M21S", 24 * 86_400 + 20 * 3600 + 31 * 60 + 21),
        ("P0D", None),
        ("PT0S", None),
        ("P1Y", None),
        ("P1M", None),
        ("P99999999W", None),
        ("3:34", None),
        ("", None),
        (214, None),
        (None, None),
        (["PT1S"], None),
    ],
)
def test_a_duration_is_read_or_unknown(text, seconds):
    assert values.read_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T12:00:00Z", NOON),
        ("2026-11-23T12:00:00.000Z", NOON),
        ("2026-11-23T12:00:00.5000Z", NOON.replace(microsecond=500_000)),
        ("2026-11-23T12:00:00.123456Z", NOON.replace(microsecond=123_456)),
        ("2026-11-23T13:00:00+01:00", NOON),
        ("20261123", NOON.replace(hour=0)),
        ("2026-11-31T12:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("yesterday", None),
        (20261123, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_moment_is_read_or_unknown(text, moment):
    assert values.read_moment(text) == moment


@pytest.mark.parametrize("value", [-1, 2**63, 10**400, "12", 1.5, True, None, [], {}])
def test_an_odd_count_is_unknown(value):
    assert values.read_count(value) is None

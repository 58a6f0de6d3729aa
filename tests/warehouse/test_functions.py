"""Casts that never fail, whatever a payload holds."""

import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

SECONDS = {"W": 604_800, "D": 86_400, "H": 3_600, "M": 60, "S": 1}
HOSTILE = [
    None,
    "",
    " ",
    "P",
    "PT",
    "P1",
    "T5S",
    "PT5",
    "-1",
    "1e400",
    "NaN",
    "infinity",
    "now",
    "P" + "9" * 40 + "D",
    "9" * 400,
    "2026-02-31T00:00:00Z",
    "99999-99-99",
    "2026-13-99",
    "'; drop table raw_record",
    "\u202e\u05d8\u05e7\u05e1\u05d8 \u200d",
]


def call(function: str, value: str | None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}(%s)", [value])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("PT29S", 29),
        ("PT1H9M5S", 4_145),
        ("P1DT2H", 93_600),
        ("P3W3DT20H31M21S", 21 * 86_400 + 3 * 86_400 + 73_881),
        ("P0D", 0),
        ("PT0S", 0),
        ("PT1M0.4S", 60),
    ],
)
def test_it_reads_the_durations_youtube_writes(written, seconds):
    assert call("read_duration", written) == seconds


def test_any_duration_is_the_sum_of_its_parts():
    chance = random.Random(20261123)
    for _ in range(300):
        date = [f"{chance.randrange(60)}{unit}" for unit in "WD" if chance.random() < 0.5]
        time = [f"{chance.randrange(90)}{unit}" for unit in "HMS" if chance.random() < 0.6]
        if not date and not time:
            continue
        written = "P" + "".join(date) + ("T" + "".join(time) if time else "")
        expected = sum(int(count) * SECONDS[unit] for count, unit in re.findall(r"(\d+)([A-Z])", written[1:]))
        assert call("read_duration", written) == expected, written


@pytest.mark.parametrize("function", ["read_count", "read_duration", "read_time", "read_epoch", "read_flag"])
@pytest.mark.parametrize("value", HOSTILE)
def test_what_cannot_be_read_is_null_and_no_error(function, value):
    assert call(function, value) is None


def test_random_text_never_makes_a_cast_fail():
    chance = random.Random(7)
    for _ in range(300):
        text = "".join(chance.choices("PT0123456789WDHMYSZ:-+. e", k=chance.randrange(24)))
        for function in ("read_count", "read_duration", "read_time", "read_epoch", "read_flag", "read_id"):
            call(function, text)


@pytest.mark.parametrize(
    "written",
    [
        "2019-05-02T23:38:49Z",
        "2019-05-02T23:38:49.000Z",
        "2019-05-02T23:38:49.0000Z",
        "2019-05-02T23:38:49.000000Z",
        "2019-05-03T01:38:49+02:00",
        "2019-05-02 23:38:49",
    ],
)
def test_it_reads_every_form_of_a_moment(written):
    assert call("read_time", written) == datetime(2019, 5, 2, 23, 38, 49, tzinfo=UTC)


def test_it_keeps_the_fraction_of_a_moment():
    moment = call("read_time", "2019-05-02T23:38:49.1234Z")
    assert moment == datetime(2019, 5, 2, 23, 38, 49, tzinfo=UTC) + timedelta(microseconds=123_400)


def test_a_day_without_a_zone_is_utc_whatever_the_session_says():
    with connection.cursor() as cursor:
        cursor.execute("set local time zone 'Asia/Tokyo'")
        cursor.execute("select extract(epoch from read_time('20140428'))")
        (seconds,) = cursor.fetchone()
        cursor.execute("set local time zone 'UTC'")
    assert seconds == datetime(2014, 4, 28, tzinfo=UTC).timestamp()


def test_it_reads_counts_and_rounds_what_is_not_whole():
    assert call("read_count", "192573") == 192_573
    assert call("read_count", "573.6") == 574
    assert call("read_count", "0") == 0


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), (" \n", 0), ("one", 1), ("  two  words \n", 2), ("don't stop", 2)]
)
def test_words_are_what_blanks_separate(text, count):
    assert call("count_words", text) == count

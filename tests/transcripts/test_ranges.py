import pytest

from transcripts import ranges
from transcripts.ranges import Span


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-99", Span(0, 99)),
        ("bytes=10-", Span(10, 99)),
        ("bytes=99-99", Span(99, 99)),
        ("bytes=90-1000", Span(90, 99)),
        ("bytes=-10", Span(90, 99)),
        ("bytes=-1000", Span(0, 99)),
        (" Bytes = 0-9 ", Span(0, 9)),
    ],
)
def test_one_range_is_understood(header, span):
    assert ranges.parse(header, byte_count=100) == span


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=1.5-2",
        "bytes=--5",
        "bytes=²-3",
        "bytes=0-9,20-29",
        "items=0-9",
        "bytes=" + "9" * 19 + "-",
    ],
)
def test_what_is_not_understood_is_passed_over(header):
    assert ranges.parse(header, byte_count=100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_without_a_byte_is_refused(header):
    with pytest.raises(ranges.UnsatisfiableError):
        ranges.parse(header, byte_count=100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5", "bytes=0-0"])
def test_an_empty_file_has_no_range(header):
    with pytest.raises(ranges.UnsatisfiableError):
        ranges.parse(header, byte_count=0)

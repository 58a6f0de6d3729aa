import pytest

from transcripts import repairs
from transcripts.heard import HeardSegment, HeardWord


def mend(*spans, duration=100.0):
    segments = [HeardSegment(start, end, "fifteen letters") for start, end in spans]
    return [
        (segment.start_seconds, segment.end_seconds, segment.repair)
        for segment in repairs.mend(segments, duration_seconds=duration)
    ]


@pytest.mark.parametrize(
    ("spans", "mended"),
    [
        ([(1, 2), (2, 3)], [(1, 2, ""), (2, 3, "")]),
        ([(1, 124)], [(1, 100, "end_clipped")]),
        ([(5, 3)], [(5, 6, "end_mended")]),
        ([(5, 5), (5.5, 7)], [(5, 5.5, "end_mended"), (5.5, 7, "")]),
        ([(5, 8), (4, 7)], [(5, 8, ""), (5, 7, "start_moved")]),
        ([(-1, 2)], [(0, 2, "start_moved")]),
        ([(120, 130)], [(100, 100, "start_moved,end_clipped")]),
        ([], []),
    ],
)
def test_it_puts_times_right_and_says_so(spans, mended):
    assert mend(*spans) == mended


def test_it_keeps_words_in_order_within_their_segment():
    words = (HeardWord(0.5, 0.8, "a", 1.0), HeardWord(0.2, 0.1, "b", 1.0), HeardWord(3, 4, "c", 1.0))
    (mended,) = repairs.mend([HeardSegment(0.6, 2, "a b c", words)], duration_seconds=10)
    assert [(word.start_seconds, word.end_seconds) for word in mended.words] == [
        (0.6, 0.8),
        (0.6, 0.6),
        (2, 2),
    ]
    assert mended.repair == "words_moved"

import pytest

from tests.benchmarks import chapters as benchmark
from transcripts import topics

BAKING = [
    "The dough rests until the yeast has worked.",
    "Knead the dough, then let the yeast rest.",
    "An oven that is hot bakes the dough well.",
    "Yeast and flour make dough; the oven makes bread.",
]
SAILING = [
    "The harbor is left with the wind behind the sail.",
    "A sail in strong wind is made smaller in the harbor.",
    "Whoever sails against the wind crosses the harbor twice.",
    "The wind fills each sail outside the harbor.",
]


def test_it_cuts_where_the_words_change():
    assert topics.find_starts(BAKING * 2 + SAILING * 2 + BAKING) == [0, 8, 16]


def test_one_topic_is_one_stretch():
    assert topics.find_starts(BAKING) == [0]


@pytest.mark.parametrize("texts", [[], [""], ["Each word once."], ["今日は数について話します。", "次は表です。"]])
def test_where_nothing_recurs_nothing_is_found(texts):
    assert topics.find_starts(texts) == []


def test_silence_and_empty_texts_are_passed_over():
    texts = ["", *BAKING * 2, "", *SAILING * 2, ""]
    starts = topics.find_starts(texts)
    assert starts[0] == 0
    assert len(starts) == 2


def test_borders_of_the_sample_course_are_found_better_than_evenly_spaced_ones():
    scores = benchmark.measure(list(benchmark.read_sample()))
    assert scores["found"][0] < 0.8 * scores["even, as many as there are"][0]
    assert scores["found"][1] < 0.8 * scores["none"][1]

import pytest

from transcripts import word_times

HEARD = [
    {"start_seconds": float(second), "end_seconds": second + 0.8, "text": text, "probability": 0.9}
    for second, text in enumerate(["A", "fact", "tabel", "has", "grain."])
]


def fit(text):
    return [
        (word["text"], round(word["start_seconds"], 2), round(word["end_seconds"], 2), word["probability"])
        for word in word_times.fit(text, heard=HEARD, end_seconds=6.0)
    ]


STAYED = {
    word["text"]: (word["text"], word["start_seconds"], word["end_seconds"], word["probability"]) for word in HEARD
}


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("A fact table has grain.", [("table", 2.0, 2.8, None)]),
        ("A fact tabel has a grain.", [("a", 3.8, 4.0, None)]),
        ("A fact tabel has grain. Really so.", [("Really", 4.8, 5.6, None), ("so.", 5.6, 6.0, None)]),
        ("Well A fact tabel has grain.", [("Well", 0.0, 0.0, None)]),
        ("A fact grain.", []),
        ("A fact or tab has grain.", [("or", 2.0, 2.32, None), ("tab", 2.32, 2.8, None)]),
    ],
)
def test_words_that_stayed_keep_their_times_and_new_ones_share_what_is_between(text, new):
    fresh = {word[0]: word for word in new}
    assert fit(text) == [fresh.get(word) or STAYED[word] for word in text.split()]


def test_a_word_that_changed_its_case_or_marks_has_stayed():
    assert fit('"a FACT, tabel has grain!"')[1] == ("FACT,", 1.0, 1.8, 0.9)
    assert [word[3] for word in fit('"a FACT, tabel has grain!"')] == [0.9] * 5


def test_times_stay_in_order_whatever_is_written():
    for text in ("x", "Grain has fact A", "no " * 50, "A A A fact fact — has … grain. ?"):
        times = [time for word in fit(text) for time in word[1:3]]
        assert times == sorted(times)
        assert [word[0] for word in fit(text)] == text.split()


def test_where_nothing_has_times_nothing_is_given_any():
    assert word_times.fit("Some words.", heard=[], end_seconds=5.0) == []


def test_edits_are_counted_by_words():
    assert word_times.count_edits("a fact tabel has grain", "A fact table has a grain") == 3

from assistant import sentences
from tests.assistant import factories
from transcripts.models import Segment


def make_segment(text, start, end, *, with_words=True):
    words = factories.spread_words(text, start, end) if with_words else []
    return Segment(text=text, start_seconds=start, end_seconds=end, words=words)


def split(*segments):
    return list(sentences.split_segments(segments))


def test_a_sentence_begins_with_its_first_word_and_ends_with_its_last():
    found = split(make_segment("One two. Three four.", 10, 14))
    assert [(s.text, s.start_seconds, s.end_seconds) for s in found] == [
        ("One two.", 10, 12),
        ("Three four.", 12, 14),
    ]


def test_a_sentence_runs_on_over_segments():
    found = split(make_segment("This goes", 0, 1), make_segment("on and on.", 1, 2), make_segment("End.", 2, 3))
    assert [s.text for s in found] == ["This goes on and on.", "End."]
    assert (found[0].start_seconds, found[0].end_seconds) == (0, 2)


def test_captions_without_word_times_are_spread_by_letters():
    found = split(make_segment("Aaaa. Bbbb.", 0, 10, with_words=False))
    assert [(s.text, s.start_seconds) for s in found] == [("Aaaa.", 0), ("Bbbb.", 5)]


def test_abbreviations_initials_and_decimals_end_nothing():
    text = "Dr. E. F. Codd spoke, e.g. here, for 3.5 hours. Then he left."
    assert [s.text for s in split(make_segment(text, 0, 10))] == [
        "Dr. E. F. Codd spoke, e.g. here, for 3.5 hours.",
        "Then he left.",
    ]


def test_a_full_stop_before_a_small_letter_counts_with_a_pause_only():
    found = split(make_segment("It is empty.", 0, 2), make_segment("because it is new.", 2.2, 4))
    assert [s.text for s in found] == ["It is empty. because it is new."]
    found = split(make_segment("It has two cousins.", 0, 2), make_segment("an anomaly is one.", 2.7, 5))
    assert [s.text for s in found] == ["It has two cousins.", "an anomaly is one."]


def test_a_number_may_end_a_sentence():
    assert len(split(make_segment("There are types 1, 2 and 3. They differ.", 0, 5))) == 2


def test_speech_without_punctuation_is_cut_at_pauses_and_at_a_screenful():
    found = split(make_segment("first part", 0, 2), make_segment("second part", 9, 11))
    assert [s.text for s in found] == ["first part", "second part"]
    found = split(make_segment("word " * 130, 0, 60))
    assert [len(s.text.split()) for s in found] == [60, 60, 10]


def test_words_without_spaces_are_joined_without():
    words = [
        {"text": text, "start_seconds": index, "end_seconds": index + 1, "probability": 1.0}
        for index, text in enumerate(["数据", "仓库。", "第二", "句。"])
    ]
    segment = Segment(text="数据仓库。第二句。", start_seconds=0, end_seconds=4, words=words)
    assert [s.text for s in split(segment)] == ["数据仓库。", "第二句。"]


def test_nothing_said_makes_nothing():
    assert split() == []
    assert split(make_segment("   ", 0, 3, with_words=False)) == []


def test_every_sentence_is_at_home_in_one_chunk_and_chunks_reach_one_further():
    texts = [sentences.TimedText(f"S{index}.", index, index + 0.5) for index in range(9)]
    groups = list(sentences.group_sentences(texts))
    assert [s for group in groups for s in group.sentences] == texts
    assert [group.first_position for group in groups] == [0, 4]
    assert groups[0].passage.text == "S0. S1. S2. S3. S4."
    assert (groups[1].passage.start_seconds, groups[1].passage.end_seconds) == (3, 8.5)


def test_times_never_run_backwards_within_a_sentence():
    segment = make_segment("One two three.", 5, 6)
    segment.words[2]["end_seconds"] = 4.0
    (found,) = split(segment)
    assert found.end_seconds >= found.start_seconds

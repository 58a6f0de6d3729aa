from transcripts import sentences
from transcripts.heard import HeardSegment, HeardWord


def segment(text):
    words = tuple(HeardWord(float(i), i + 0.5, f" {word}", 0.9) for i, word in enumerate(text.split()))
    return HeardSegment(0.0, float(len(words)), text, words, -0.3)


def split(text):
    return [(part.start_seconds, part.end_seconds, part.text) for part in sentences.split([segment(text)])]


def test_it_cuts_where_a_sentence_ends():
    assert split('It has one fact table. "Who asked?" Nobody knows that') == [
        (0.0, 4.5, "It has one fact table."),
        (5.0, 10.0, '"Who asked?" Nobody knows that'),
    ]


def test_it_leaves_short_beginnings_with_what_follows():
    assert [text for _, _, text in split("Dr. Chawla was there. Yes.")] == ["Dr. Chawla was there.", "Yes."]


def test_it_hands_words_out_without_spaces_and_what_holds_for_the_segment():
    first, second = sentences.split([segment("One two three. Four five six.")])
    assert [word.text for word in second.words] == ["Four", "five", "six."]
    assert first.average_log_probability == second.average_log_probability == -0.3


def test_it_leaves_a_segment_without_words_alone():
    whole = HeardSegment(0, 5, "One. Two. Three.")
    assert list(sentences.split([whole])) == [whole]

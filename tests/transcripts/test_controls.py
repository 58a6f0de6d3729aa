from transcripts import controls
from transcripts.heard import HeardSegment, HeardWord


def test_it_takes_control_characters_out_of_text_and_words():
    words = (HeardWord(0, 1, " a\x1b", None), HeardWord(1, 2, " b\x9b", None))
    (segment,) = controls.strip([HeardSegment(0, 2, "\x07a\tb\x7f", words)])
    assert segment.text == "a b"
    assert [word.text for word in segment.words] == [" a", " b"]


def test_it_leaves_all_other_writing_alone():
    text = "çaña — 大学 “é” \N{ZERO WIDTH JOINER}"
    (segment,) = controls.strip([HeardSegment(0, 1, text)])
    assert segment.text == text

from transcripts.captions import rolling
from transcripts.captions.cues import Cue, Line
from transcripts.heard import HeardWord


def cue(start, *texts, end=None, words=()):
    return Cue(start, end or start + 1, tuple(Line(text, words) for text in texts))


def texts(cues):
    return [[line.text for line in each.lines] for each in rolling.unroll(cues)]


def test_a_line_that_rolls_up_is_said_once():
    cues = [cue(0, "a"), cue(1, "a", "b"), cue(2, "b", "c"), cue(3, "c", "d")]
    assert texts(cues) == [["a"], ["b"], ["c"], ["d"]]


def test_times_of_words_tell_that_captions_roll():
    word = HeardWord(0, 1, " a", None)
    assert texts([cue(0, "a", words=(word,)), cue(1, "a", "b")]) == [["a"], ["b"]]


def test_what_a_person_wrote_twice_is_said_twice():
    assert texts([cue(0, "No."), cue(1, "No."), cue(2, "So."), cue(3, "Yes.")]) == [
        ["No."],
        ["No."],
        ["So."],
        ["Yes."],
    ]


def test_after_a_pause_the_same_line_is_said_again():
    cues = [cue(0, "a"), cue(1, "a", "b"), cue(2, "b", "c"), cue(9, "c", "d")]
    assert texts(cues)[3] == ["c", "d"]

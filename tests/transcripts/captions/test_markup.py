import pytest

from transcripts.captions import markup


def read(text):
    return markup.read_cue(text, start_seconds=1.0, end_seconds=4.0).lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<v Nora>profit &amp; <i>loss</i></v>", "profit & loss"),
        ('{\\an8}<font color="red">one</font>', "one"),
        ("if a < b and c > d, then {1, 2}", "if a < b and c > d, then {1, 2}"),
        ("a&nbsp;&lt; b", "a < b"),
        ("<<c>b>x", "b>x"),
        ("said <c.colorE5E", "said"),
        ("said <00:00:0", "said"),
        ("where x <y", "where x <y"),
        ("where x <y {\\i1}holds", "where x <y holds"),
    ],
)
def test_what_is_said_is_left_of_the_markup(text, said):
    assert [line.text for line in read(text)] == [said]


def test_a_tag_may_go_on_in_the_next_line():
    assert [line.text for line in read("<v Roger\nBingham>We are\nhere")] == ["We are", "here"]


def test_lines_that_say_nothing_are_left_out():
    assert [line.text for line in read(" \n<i></i>\nyes")] == ["yes"]


def test_times_between_words_are_theirs():
    (line,) = read("Like <00:02.000><c>a big-</c><00:00:03.500>a</c>")
    assert line.text == "Like a big- a"
    assert [(word.text, word.start_seconds, word.end_seconds) for word in line.words] == [
        (" Like", 1.0, 2.0),
        (" a big-", 2.0, 3.5),
        (" a", 3.5, 4.0),
    ]


def test_a_time_may_stand_within_a_word():
    (line,) = read("be<00:02.000>lieve")
    assert (line.text, len(line.words)) == ("believe", 2)


def test_a_million_beginnings_of_tags_are_read_in_one_go():
    (line,) = read("<b" * 1_000_000)
    assert len(line.text) == 2_000_000

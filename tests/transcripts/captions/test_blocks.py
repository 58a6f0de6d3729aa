import pytest

from transcripts.audio import UnreadableAudioError
from transcripts.captions import blocks

FIRST, SECOND = "00:00:01,000 --> 00:00:02,000", "00:00:03,000 --> 00:00:04,000"
TWO = [(1.0, 2.0, "one"), (3.0, 4.0, "two")]


def said(reading):
    return [
        (cue.start_seconds, cue.end_seconds, " ".join(line.text for line in cue.lines)) for cue in reading.cues
    ]


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        (f"1\n{FIRST}\none\n\n2\n{SECOND}\ntwo\n", ()),
        (f"1\n{FIRST}\none{SECOND}\ntwo\n", ("Malformed times, mended: 1.", "Cues without a number: 1.")),
        (f"1\n{FIRST}\none\n2\n{SECOND}\ntwo", ()),
        (f"\n\n7\n{FIRST} X1:1 Y1:2\none\n\n\n\n9\n{SECOND}\ntwo", ()),
        (f"A heading\n\n1\n{FIRST}\none\n\n2\n{SECOND}\ntwo", ()),
        (f"1\n{FIRST}\none\n\ntwo:\n{SECOND}\ntwo\n", ("Cues without a number: 1.",)),
        (f"{FIRST}\none\n\n{SECOND}\ntwo\n", ("Cues without a number: 2.",)),
        (f"1\n00:00:01 --> 0:0:2 , 0\none\n\n2\n{SECOND}\ntwo\n", ("Malformed times, mended: 1.",)),
        (
            f"1\n{FIRST}\none\n\n2\n00:00:0x,000 --> 00:00:03,000\nlost\n\n3\n{SECOND}\ntwo",
            ("1 malformed cue skipped.",),
        ),
    ],
)
def test_subrip_is_read_with_what_is_wrong_with_it_said(text, repairs):
    reading = blocks.read_subrip(text)
    assert (said(reading), reading.repairs) == (TWO, repairs)


def test_webvtt_without_its_first_line_is_read_as_subrip():
    assert said(blocks.read_subrip("00:01.000 --> 00:02.000\none\n\n00:03.000 --> 00:04.000\ntwo\n")) == TWO


def test_an_empty_line_within_a_cue_of_subrip_does_not_end_it():
    (first, _) = said(blocks.read_subrip(f"1\n{FIRST}\none\n\nmore\n\n2\n{SECOND}\ntwo"))
    assert first == (1.0, 2.0, "one more")


def test_comments_styles_and_names_of_cues_are_not_said():
    reading = blocks.read_webvtt(
        "WEBVTT\nLanguage: en-US\n\nSTYLE\n::cue { color: red }\n\nNOTE no\n\nREGION\nid:a\n\n"
        "Intro\n00:01.000 --> 00:02.000 align:left\none\n\nNOTE\nnor this\n\n00:03.000 --> 00:04.000\ntwo\n"
    )
    assert (said(reading), reading.language, reading.repairs) == (TWO, "en-US", ())


def test_what_webvtt_skips_is_told():
    reading = blocks.read_webvtt(
        "WEBVTT\n\n00:01.000 --> 00:02.000\none\n\nno times\n\n00:01.000 --> 00:0a\nlost\n\n"
        "00:03 --> 00:04.000\ntwo"
    )
    assert said(reading) == TWO
    assert reading.repairs == (
        "Malformed times, mended: 1.",
        "Texts without times, skipped: 1.",
        "1 malformed cue skipped.",
    )


def test_text_that_lost_its_times_stays_with_the_cue_before():
    reading = blocks.read_subrip(f"1\n{FIRST}\none\n\n2\nlost its times\n\n3\n{SECOND}\ntwo")
    assert said(reading) == [(1.0, 2.0, "one lost its times"), (3.0, 4.0, "two")]
    assert reading.repairs == ("Texts without times, kept with the cue before: 1.",)


def test_an_arrow_in_a_text_is_text():
    reading = blocks.read_subrip(f"1\n{FIRST}\na --> b\n")
    assert (said(reading), reading.repairs) == ([(1.0, 2.0, "a --> b")], ())


@pytest.mark.parametrize("text", ["a --> b", "one\na --> b", "a -->", "a --> b\nc --> d"])
def test_an_arrow_ends_no_cue(text):
    for reading in (
        blocks.read_webvtt(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n\n00:03.000 --> 00:04.000\ntwo"),
        blocks.read_subrip(f"1\n{FIRST}\n{text}\n\n2\n{SECOND}\ntwo"),
    ):
        assert (said(reading), reading.repairs) == ([(1.0, 2.0, text.replace("\n", " ")), TWO[1]], ())
    (first, _) = said(blocks.read_subrip(f"1\n{FIRST}\none\n\n{text}\n\n2\n{SECOND}\ntwo"))
    assert first == (1.0, 2.0, f"one {text}".replace("\n", " "))


@pytest.mark.parametrize("number", ["1984", "1", "3", "9" * 5000])
def test_a_number_that_is_not_the_next_is_said(number):
    reading = blocks.read_subrip(f"1\n{FIRST}\nthe year\n\n{number}\nit was\n\n2\n{SECOND}\ntwo")
    assert (said(reading), reading.repairs) == ([(1.0, 2.0, f"the year {number} it was"), TWO[1]], ())


def test_numbers_of_several_cues_that_lost_their_times_are_not_said():
    reading = blocks.read_subrip(f"1\n{FIRST}\none\n\n2\nmore\n\n3\nstill more\n\n4\n{SECOND}\ntwo")
    assert said(reading) == [(1.0, 2.0, "one more still more"), TWO[1]]
    assert reading.repairs == ("Texts without times, kept with the cue before: 2.",)


def test_sbv_is_read():
    assert said(blocks.read_sbv("0:00:01.000,0:00:02.000\none\n\n0:00:03.000,0:00:04.000\ntwo")) == TWO


def test_blocks_of_sbv_without_times_or_text_are_counted():
    reading = blocks.read_sbv("0:00:01.000,0:00:02.000\none\n\nno times\n\n0:00:0x.000,0:00:04.000\nlost\n")
    assert (len(reading.cues), reading.repairs) == (1, ("2 malformed cues skipped.",))


@pytest.mark.parametrize("text", ["some text --> more", f"{'9' * 5000}:00:01,000 --> 00:00:02,000\nx\n"])
def test_subrip_without_a_readable_time_is_refused(text):
    with pytest.raises(UnreadableAudioError, match="no cue whose times can be read"):
        blocks.read_subrip(text)

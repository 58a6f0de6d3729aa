import pytest

from transcripts import captions
from transcripts.audio import UnreadableAudioError
from transcripts.captions import lyrics

TEXT = "[ti:A lecture]\n[00:12.00]one\n[00:15.30][01:02]<00:16.00>two\n[00:20.5]\nlost\n"


def said(reading):
    return [(cue.start_seconds, cue.end_seconds, [line.text for line in cue.lines]) for cue in reading.cues]


def test_a_line_ends_where_the_next_begins_and_is_said_at_each_of_its_times():
    reading = captions.read(TEXT.encode())
    assert said(reading) == [
        (12.0, 15.3, ["one"]),
        (15.3, 20.5, ["two"]),
        (20.5, 62.0, []),
        (62.0, 67.0, ["two"]),
    ]
    assert reading.repairs == ("1 malformed cue skipped.",)


def test_tags_alone_say_nothing():
    assert lyrics.read_lrc("[ti:A lecture]\n").cues == ()


def test_many_tags_and_no_time_are_refused_at_once():
    with pytest.raises(UnreadableAudioError):
        captions.read(b"[ar:x]\n" * 60 + b"and no line at its time")

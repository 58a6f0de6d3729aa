import pytest

from transcripts.audio import UnreadableAudioError
from transcripts.captions import styled

SCRIPT = r"""[Script Info]
[V4+ Styles]
Style: broken,x,y
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\i1}one{\i0}\Ntwo, three
Dialogue: Marked=0,0:00:03.00,0:00:04.00,Default,,0000,0000,0000,,four
Dialogue: 0,0:00:0x.00,0:00:02.00,Default,,0,0,0,,lost
Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,a note
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\p1}m 0 0 l 5 5{\p0}
"""


def said(reading):
    return [(cue.start_seconds, cue.end_seconds, [line.text for line in cue.lines]) for cue in reading.cues]


def test_dialogue_is_said_and_drawings_and_comments_are_not():
    reading = styled.read_substation(SCRIPT)
    assert said(reading) == [(1.0, 2.5, ["one", "two, three"]), (3.0, 4.0, ["four"])]
    assert reading.repairs == ("1 malformed cue skipped.",)


def test_a_cue_of_sami_ends_where_the_next_begins():
    text = "<SAMI><BODY><SYNC Start=1000><P>one &amp; <i>two</i><SYNC Start=1800><P>three</SAMI>"
    assert said(styled.read_sami(text))[0] == (1.0, 1.8, ["one & two"])


def test_sami_with_a_senseless_time_is_refused():
    with pytest.raises(UnreadableAudioError, match="cannot be read as SAMI"):
        styled.read_sami("<sami><sync start=soon><p>one</p></sami>")

import json

import pytest

from transcripts.audio import UnreadableAudioError
from transcripts.captions import youtube

WINDOW = {"tStartMs": 0, "dDurationMs": 9000, "id": 1, "wpWinPosId": 1}
HELLO = {
    "tStartMs": 160,
    "dDurationMs": 4000,
    "wWinId": 1,
    "segs": [{"utf8": "hello", "acAsrConf": 0}, {"utf8": " world", "tOffsetMs": 400}],
}
NEW_LINE = {"tStartMs": 2000, "dDurationMs": 2160, "wWinId": 1, "aAppend": 1, "segs": [{"utf8": "\n"}]}
AGAIN = {"tStartMs": 2010, "dDurationMs": 4000, "segs": [{"utf8": "again &amp; "}, {"utf8": "more"}]}


def said(reading):
    return [(cue.start_seconds, cue.end_seconds, [line.text for line in cue.lines]) for cue in reading.cues]


def read(*events):
    return youtube.read_json3(json.dumps({"wireMagic": "pb3", "events": events}))


def test_json3_is_read_with_the_times_of_its_words():
    reading = read(WINDOW, HELLO, NEW_LINE, AGAIN)
    assert said(reading) == [(0.16, 2.01, ["hello world"]), (2.01, 6.01, ["again & more"])]
    (line,) = reading.cues[0].lines
    assert [(word.text, word.start_seconds, word.end_seconds) for word in line.words] == [
        (" hello", 0.16, 0.56),
        (" world", 0.56, 2.01),
    ]
    assert (reading.cues[1].lines[0].words, reading.repairs) == ((), ())


@pytest.mark.parametrize(
    "broken",
    [
        {"tStartMs": None},
        {"tStartMs": -5},
        {"tStartMs": float("nan")},
        {"dDurationMs": "long"},
        {"tStartMs": 10**400},
    ],
)
def test_events_with_senseless_times_are_skipped_and_counted(broken):
    reading = read(HELLO | broken, AGAIN)
    assert (len(reading.cues), reading.repairs) == (1, ("1 malformed cue skipped.",))


@pytest.mark.parametrize("segment", [{"utf8": None}, {"utf8": 5}, {}, {"tOffsetMs": "x"}])
def test_a_segment_without_text_says_nothing(segment):
    reading = read(HELLO | {"segs": [segment, *HELLO["segs"]]})
    assert (said(reading), reading.repairs) == ([(0.16, 4.16, ["hello world"])], ())


@pytest.mark.parametrize("text", ['{"events": [', '{"a": 1}', "[1]", "[" * 100_000])
def test_json_that_is_no_json3_is_refused(text):
    with pytest.raises(UnreadableAudioError, match="no well-formed JSON|no json3 of YouTube"):
        youtube.read_json3(text)


def test_the_third_version_in_xml_has_times_of_words():
    reading = youtube.read_timed_text(
        '<?xml version="1.0" encoding="utf-8" ?><timedtext format="3"><body><w t="0" id="1"/>'
        '<p t="160" d="3380" w="1"><s ac="0">hello</s><s t="400"> world</s></p><p t="1000" d="20" a="1">\n</p>'
        '<p t="3000" d="1000">it&#39;s<br/>two</p></body></timedtext>'
    )
    assert said(reading) == [(0.16, 3.0, ["hello world"]), (3.0, 4.0, ["it's", "two"])]
    assert [word.start_seconds for word in reading.cues[0].lines[0].words] == [0.16, 0.56]


def test_the_first_version_is_escaped_twice_and_in_seconds():
    reading = youtube.read_timed_text(
        '<transcript><text start="0.5" dur="2">it&amp;#39;s &amp;lt;i&amp;gt;so</text>'
        '<text start="x">no</text></transcript>'
    )
    assert (said(reading), reading.repairs) == ([(0.5, 2.5, ["it's so"])], ("1 malformed cue skipped.",))


def test_the_second_version_is_in_milliseconds():
    assert said(youtube.read_timed_text('<timedtext><text t="500" d="2000">so</text></timedtext>')) == [
        (0.5, 2.5, ["so"])
    ]

"""Whatever a file of captions holds, it is read, repaired or refused in a sentence; nothing else happens."""

import json
import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transcripts.captions import zoo
from transcripts import captions
from transcripts.audio import UnreadableAudioError
from transcripts.transcribers.captions import Captions

SEEDS = {
    "vtt": "WEBVTT\nKind: captions\nLanguage: en\n\nNOTE no\n\n00:00:01.000 --> 00:00:03.000 align:start\n"
    "a<00:00:01.500><c> fact</c><00:00:02.000><c.colorE5E5E5> table</c>\n\n"
    "00:00:03.000 --> 00:00:05.000\na fact table\n<v Nora>réc<i>or</i>ds events\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n<i>one</i> a < b\n\n2\n00:00:03,000 --> 00:00:02,500\n{\\an8}two\n",
    "sbv": "0:00:00.378,0:00:11.378\none\n\n0:00:11.378,0:00:12.305\ntwo\n",
    "ttml": '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body begin="1s"><div>'
    '<p begin="00:00:01.000" end="00:00:02.000">one<br/><span>two</span></p>'
    '<p begin="3s" dur="2s">é</p></div></body></tt>',
    "ass": "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}one{\\i0}\\Ntwo\n"
    "Dialogue: 0,0:00:03.00,0:00:02.00,Default,,0,0,0,,three\n",
    "sami": "<SAMI><BODY><SYNC Start=1000><P>one<br><i>two</i><SYNC Start=1800><P>three</BODY></SAMI>",
    "srv1": '<transcript><text start="0.5" dur="2">one</text><text start="3" dur="2">two</text></transcript>',
    "srv3": '<timedtext format="3"><body><p t="160" d="3380"><s>one</s><s t="400"> two</s></p></body></timedtext>',
    "lrc": "[ar:Ada]\n[00:01.00]one\n[00:02.50][01:00]two\n[00:04]\nlost\n",
    "json3": json.dumps(
        {
            "events": [
                {"tStartMs": 160, "dDurationMs": 4000, "segs": [{"utf8": "a"}, {"utf8": " b", "tOffsetMs": 400}]}
            ]
        }
    ),
}
MARKUP = re.compile(
    r"</?(?:b|c|font|i|p|s|span|text|u|v)(?:[.\s][^<>]*)?>|<\d\d:[\d:.]+>|\{\\[^{}]*\}|\d:\d.*-->|\\N"
)
PLACES = st.integers(0, 1000)
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"])


@st.composite
def broken_files(draw):
    """A file of captions that was cut, shuffled or written over."""
    content = bytearray(SEEDS[draw(st.sampled_from(sorted(SEEDS)))].encode(draw(ENCODINGS), errors="replace"))
    for _ in range(draw(st.integers(0, 4))):
        start, end = sorted(draw(st.tuples(PLACES, PLACES)))
        change = draw(st.sampled_from(["cut", "drop", "move", "repeat", "write", "shuffle"]))
        if change == "cut":
            del content[end:]
        elif change == "drop":
            del content[start:end]
        elif change == "move":
            content = content[end:] + content[start:end] + content[:start]
        elif change == "repeat":
            content[start:start] = content[start:end]
        elif change == "write":
            content[start:start] = draw(st.binary(max_size=12))
        else:
            content[start:end] = bytes(draw(st.permutations(content[start:end][:40])))
    return bytes(content)


@given(content=broken_files() | st.binary(max_size=200))
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_broken_file_is_read_in_order_without_markup_or_refused_in_a_sentence(content, tmp_path):
    path = tmp_path / "broken"
    path.write_bytes(content)
    try:
        segments = list(Captions().hear(path).segments)
    except UnreadableAudioError as error:
        assert str(error).endswith(".")
        return
    for segment in segments:
        assert 0 <= segment.start_seconds <= segment.end_seconds < float("inf")
        assert not MARKUP.search(segment.text), segment.text


@pytest.mark.parametrize("name", SEEDS)
def test_each_seed_is_told_by_its_content_and_says_something(name):
    assert captions.read(SEEDS[name].encode()).cues[0].lines


def test_every_file_of_the_zoo_is_read_repaired_or_refused(shared_data):
    outcomes = list(zoo.judge_all(shared_data))
    assert Counter(outcome.verdict for outcome in outcomes) == {zoo.READ: 103, zoo.REPAIRED: 18, zoo.REFUSED: 246}
    assert sum(outcome.segment_count for outcome in outcomes) == 17846
    refused = {each.path.name for each in outcomes if each.verdict == zoo.REFUSED}
    assert refused == {
        *("LICENSE", "video_url.txt", "sentence_timings.json", "word_timings.json", "test.json"),
        *("empty.vtt", "no_captions.vtt", "invalid_format.sbv"),
        *(f"invalid_format{number}.srt" for number in range(1, 5)),
    }
    assert all(reason.endswith((".", "ed")) for each in outcomes for reason in each.reasons)
    assert all(bool(each.reasons) == (each.verdict != zoo.READ) for each in outcomes)
    assert all(bool(each.segment_count) == (each.verdict != zoo.REFUSED) for each in outcomes)

import pytest

from transcripts.audio import UnreadableAudioError
from transcripts.captions import ttml


def document(body, *, namespace="http://www.w3.org/ns/ttml"):
    return f'<?xml version="1.0"?><tt xml:lang="pt-BR" xmlns="{namespace}"><body><div>{body}</div></body></tt>'


def said(reading):
    return [(cue.start_seconds, cue.end_seconds, [line.text for line in cue.lines]) for cue in reading.cues]


@pytest.mark.parametrize(
    "namespace",
    ["http://www.w3.org/ns/ttml", "http://www.w3.org/2006/10/ttaf1", "http://www.w3.org/2006/04/ttaf1", ""],
)
def test_paragraphs_are_read_in_the_namespaces_of_every_draft(namespace):
    text = document(
        '<p begin="00:00:01.5" end="00:00:02.5">a &lt; <span>b</span><br/>{1, 2}</p>', namespace=namespace
    )
    reading = ttml.read_ttml(text)
    assert (said(reading), reading.language) == ([(1.5, 2.5, ["a < b", "{1, 2}"])], "pt-BR")


def test_a_duration_does_for_an_end():
    assert said(ttml.read_ttml(document('<p begin="1s" dur="1500ms">so</p>'))) == [(1.0, 2.5, ["so"])]


def test_paragraphs_without_readable_times_are_skipped_and_counted():
    reading = ttml.read_ttml(
        document('<p>no</p><p begin="00:00:01:12" end="5s">frames</p><p begin="1s" end="2s">so</p>')
    )
    assert (len(reading.cues), reading.repairs) == (1, ("2 malformed cues skipped.",))


def test_a_file_that_breaks_off_is_read_up_to_there():
    reading = ttml.read_ttml(document('<p begin="1s" end="2s">so</p><p begin="3s" end="4s">lost')[:-25])
    assert said(reading)[0] == (1.0, 2.0, ["so"])
    assert reading.repairs[0] == "The XML breaks off before its end."


def test_what_pysubs2_cannot_read_is_refused():
    with pytest.raises(UnreadableAudioError, match="cannot be read as TTML"):
        ttml.read_ttml(document('<p begin="1s" end="2s" timeContainer="seq">so</p>'))

import logging

import pytest

from transcripts import transcribers
from transcripts.audio import UnreadableAudioError

AUTOMATIC = """WEBVTT
Kind: captions
Language: en

00:00:01.000 --> 00:00:03.000 align:start position:0%
a<00:00:01.500><c> fact</c><00:00:02.000><c> table</c>

00:00:03.000 --> 00:00:03.010 align:start position:0%
a fact table

00:00:03.010 --> 00:00:05.000 align:start position:0%
a fact table
records<00:00:03.500><c> events</c>

00:00:05.000 --> 00:00:05.010
records events
"""


def hear(tmp_path, text):
    path = tmp_path / "captions.vtt"
    path.write_text(text)
    return list(transcribers.get("captions").hear(path).segments)


def test_rolling_captions_are_taken_once_with_their_word_times(tmp_path):
    first, second = hear(tmp_path, AUTOMATIC)
    assert (first.text, second.text) == ("a fact table", "records events")
    assert [word.start_seconds for word in first.words] == [1.0, 1.5, 2.0]
    assert [word.text for word in second.words] == ["records", "events"]
    assert second.words[0].probability is None


def test_a_line_said_twice_is_kept_twice(tmp_path):
    cues = "".join(f"00:0{i}.000 --> 00:0{i + 1}.000\n{text}\n\n" for i, text in enumerate(["No.", "No.", "So."]))
    assert [s.text for s in hear(tmp_path, f"WEBVTT\n\n{cues}")] == ["No.", "No.", "So."]


def test_tags_and_entities_are_not_said(tmp_path):
    (segment,) = hear(tmp_path, "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Nora>profit &amp; <i>loss</i></v>\n")
    assert segment.text == "profit & loss"
    assert segment.words == ()


def test_an_end_before_its_start_is_mended(tmp_path):
    (first, _) = hear(tmp_path, "WEBVTT\n\n00:05.000 --> 00:02.000\nback\n\n00:06.000 --> 00:07.000\nforth\n")
    assert first.start_seconds < first.end_seconds <= 6
    assert first.repair == "end_mended"


def test_malformed_cues_are_skipped_and_counted(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        segments = hear(tmp_path, "WEBVTT\n\n00:00 --> later\nlost\n\n00:01.000 --> 00:02.000\nkept\n")
    assert [segment.text for segment in segments] == ["kept"]
    assert "1 malformed cue skipped" in caplog.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "are empty"),
        (b"\xff\xfe\x00binary", "neither WebVTT nor SubRip"),
        (b"<tt>no</tt>", "no cue that says anything"),
    ],
)
def test_what_is_no_caption_file_is_refused(tmp_path, content, reason):
    path = tmp_path / "odd.vtt"
    path.write_bytes(content)
    with pytest.raises(UnreadableAudioError, match=reason):
        transcribers.get("captions").hear(path)


def test_the_language_of_the_file_is_told_where_nobody_knows_another(tmp_path):
    path = tmp_path / "captions.vtt"
    path.write_text("WEBVTT\nLanguage: pt-BR\n\n00:00.000 --> 00:01.000\nfato\n")
    assert transcribers.get("captions").hear(path).language == "pt"
    assert transcribers.get("captions").hear(path, language="es").language == "es"

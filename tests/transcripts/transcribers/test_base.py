import pytest

from transcripts import audio, gates, repairs, sentences, transcribers
from transcripts.transcribers import base, faster_whisper, openai_whisper


def test_it_makes_a_transcriber_once():
    assert transcribers.get("captions") is transcribers.get("captions")


def test_it_names_the_engines_there_are():
    with pytest.raises(transcribers.TranscriberError, match="choose one of captions, endpoint, faster_whisper"):
        transcribers.get("telepathy")


def test_a_digest_changes_with_the_model_and_not_with_the_machine():
    make = faster_whisper.FasterWhisper
    assert make(model="tiny.en").digest == make(model="tiny.en", device="cpu", cpu_threads=3).digest
    assert make(model="tiny.en").digest != make(model="base.en").digest


def test_a_translation_is_a_transcript_of_its_own():
    said, translated = (faster_whisper.FasterWhisper(model="base", task=task) for task in base.TASKS)
    assert said.digest != translated.digest
    with pytest.raises(transcribers.TranscriberError, match="choose one of transcribe, translate"):
        faster_whisper.FasterWhisper(model="base", task="summarize")


@pytest.mark.parametrize("rules", [gates, repairs, sentences], ids=lambda rules: rules.__name__)
def test_a_digest_changes_with_every_rule_for_the_text(rules, monkeypatch):
    captions = transcribers.get("captions")
    before = captions.digest
    for name in rules.SETTLED_OPTIONS:
        with monkeypatch.context() as patch:
            patch.setitem(rules.SETTLED_OPTIONS, name, "changed")
            assert captions.digest != before
    assert captions.digest == before


def test_the_settled_options_hold_what_changes_the_text():
    heard = faster_whisper.FasterWhisper(
        model="tiny.en", options=faster_whisper.Options(beam_size=3)
    ).settled_options
    assert heard["beam_size"] == 3
    assert heard["least_sure_log_probability"] == faster_whisper.Options().least_sure_log_probability
    assert heard["piece_seconds"] == audio.PIECE_SECONDS
    assert openai_whisper.OpenAIWhisper.settled_options["piece_seconds"] == audio.PIECE_SECONDS
    assert gates.SETTLED_OPTIONS["longest_phrase_words"] == gates.LONGEST_PHRASE_WORDS


def test_a_model_is_heard_with_the_options_that_were_measured_for_it():
    packaged, other = (faster_whisper.FasterWhisper(model=name).options for name in ("tiny.en", "large-v3"))
    assert packaged == faster_whisper.OPTIONS_OF_MODEL["tiny.en"]
    assert other == faster_whisper.Options()
    assert other != packaged


def test_no_control_character_comes_out(fake, tmp_path, monkeypatch):
    monkeypatch.setattr(fake, "texts", ["One\x1b[2J two\x00 three\x07."])
    (segment,) = fake.hear(tmp_path).segments
    assert segment.text == "One[2J two three."
    assert [word.text for word in segment.words] == ["One[2J", "two", "three."]


def test_a_region_is_no_language_of_its_own(fake, tmp_path):
    assert fake.hear(tmp_path, language="pt-BR").language == "pt"

import pytest

from transcripts import transcribers
from transcripts.transcribers import faster_whisper


def test_it_makes_a_transcriber_once():
    assert transcribers.get("captions") is transcribers.get("captions")


def test_it_names_the_engines_there_are():
    with pytest.raises(transcribers.TranscriberError, match="choose one of captions, faster_whisper"):
        transcribers.get("telepathy")


def test_a_digest_changes_with_the_model_and_not_with_the_machine():
    make = faster_whisper.FasterWhisper
    assert make(model="tiny.en").digest == make(model="tiny.en", device="cpu", cpu_threads=3).digest
    assert make(model="tiny.en").digest != make(model="base.en").digest


def test_a_region_is_no_language_of_its_own(fake, tmp_path):
    assert fake.hear(tmp_path, language="pt-BR").language == "pt"

import importlib.util

import pytest

from transcripts.transcribers import TranscriberError, openai_whisper


def test_it_says_how_to_install_the_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(TranscriberError, match=r"pip install '\.\[openai-whisper\]'"):
        openai_whisper.OpenAIWhisper(model="tiny.en").prepare()


def test_it_says_what_to_do_without_a_checkpoint(tmp_path):
    pytest.importorskip("whisper", reason="the extra openai-whisper is not installed")
    with pytest.raises(TranscriberError, match=r"set WHISPER_MODEL to the path of a \.pt file"):
        openai_whisper.OpenAIWhisper(model=str(tmp_path / "missing.pt")).prepare()

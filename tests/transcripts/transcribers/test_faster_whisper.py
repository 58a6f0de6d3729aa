import numpy as np
import pytest

from transcripts import transcribers
from transcripts.audio import SAMPLE_RATE
from transcripts.speech import Chunk
from transcripts.transcribers import NotReadyError, TranscriberError, faster_whisper


def hear(path, **options):
    hearing = transcribers.get("faster_whisper").hear(path, **options)
    return [segment for segment in hearing.segments if not segment.gate_reason]


def test_it_says_what_to_do_without_weights(tmp_path):
    engine = faster_whisper.FasterWhisper(model=str(tmp_path / "missing"), device="cpu")
    with pytest.raises(NotReadyError, match="or SECOND_WHISPER_MODEL, to a folder"):
        engine.prepare()


def test_an_english_model_refuses_another_language(shared_data):
    with pytest.raises(TranscriberError, match="hears English only, not 'es'"):
        hear(shared_data / "audio" / "sonnet_es.mp3", language="es")


@pytest.mark.parametrize("name", ["silence.mp3", "music_and_jingle.mp3"])
def test_it_trusts_nothing_where_nobody_speaks(shared_data, name):
    assert hear(shared_data / "audio" / "bad" / name) == []


def test_it_hears_the_speakers_of_all_three_channels(shared_data):
    text = " ".join(segment.text for segment in hear(shared_data / "audio" / "bad" / "multichannel.wav"))
    assert "how are you" in text
    assert "big smile for me" in text
    assert "forward to your birthday party" in text


def test_it_hears_on_across_pieces(shared_data, monkeypatch):
    monkeypatch.setattr(faster_whisper.audio, "PIECE_SECONDS", 20)
    monkeypatch.setattr(faster_whisper.audio, "CUT_WITHIN_SECONDS", 10)
    segments = hear(shared_data / "audio" / "sonnet_en.mp3")
    assert segments[-1].end_seconds == pytest.approx(53, abs=1)
    assert "fairest creatures" in segments[0].text
    assert [s.start_seconds for s in segments] == sorted(s.start_seconds for s in segments)


LOOP = {"text": " No, no, no", "compression_ratio": 9.0, "avg_logprob": -0.1, "words": ["No,", "no,", "no"]}
TEXT = {"text": " No survivors.", "compression_ratio": 1.1, "avg_logprob": -0.3, "words": ["No", "survivors."]}


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        (TEXT, TEXT),
        (LOOP | {"text": " Yes, yes, yes"}, LOOP),
        (TEXT | {"avg_logprob": -0.9}, LOOP),
        (TEXT | {"text": "...", "words": []}, LOOP),
    ],
)
def test_where_it_loops_it_listens_with_more_care_and_takes_what_it_is_sure_of(monkeypatch, again, kept):
    asked = []

    def generate(self, features, told, options):
        asked.append([(each["offset"], options.beam_size) for each in told])
        return [[again if options.beam_size == 5 else LOOP if each["offset"] else TEXT] for each in told]

    monkeypatch.setattr(faster_whisper._Ear, "_generate", generate)
    engine = transcribers.get("faster_whisper")
    ear = faster_whisper._Ear.attune(engine._model, engine.options, language="en", task="transcribe", terms="")
    chunks = [Chunk(((0.0, 2.0),)), Chunk(((3.0, 5.0),))]
    assert ear._decode(np.zeros(5 * SAMPLE_RATE, np.float32), chunks) == [TEXT, kept]
    assert asked == [[(0.0, 2), (3.0, 2)], [(3.0, 5)]]

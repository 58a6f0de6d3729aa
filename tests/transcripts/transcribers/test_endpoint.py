import numpy as np
import pytest

from tests.emulators import transcription
from tests.transcripts import factories
from transcripts import audio
from transcripts.transcribers import NotReadyError, TranscriberError
from transcripts.transcribers.endpoint import Endpoint, NoAnswerError

SAID = {
    "language": "portuguese",
    "segments": [
        {"start": 0.0, "end": 4.0, "text": " Bom dia, turma.", "avg_logprob": -0.2, "no_speech_prob": 0.01},
        {"start": 4.0, "end": 9.0, "text": " Hoje: chaves.", "avg_logprob": -1.4, "no_speech_prob": 0.01},
    ],
    "words": [
        {"word": "Bom", "start": 0.2, "end": 0.5},
        {"word": "dia", "start": 0.5, "end": 0.9},
        {"word": "turma", "start": 1.0, "end": 1.6},
        {"word": "Hoje", "start": 4.1, "end": 4.5},
    ],
}


@pytest.fixture
def server():
    with transcription.serve() as server:
        server.reply = SAID
        yield server


@pytest.fixture
def engine(server):
    return Endpoint(model=transcription.MODEL, url=server.url, key=transcription.KEY)


@pytest.fixture
def recording(tmp_path):
    return factories.write_wave(tmp_path / "lecture.wav", np.zeros(10 * audio.SAMPLE_RATE))


def test_it_takes_language_times_and_measures_from_the_reply(engine, recording):
    hearing = engine.hear(recording)
    segments = list(hearing.segments)
    assert hearing.language == "pt"
    assert [(s.text, s.gate_reason) for s in segments] == [
        ("Bom dia, turma.", ""),
        ("Hoje: chaves.", "low_probability"),
    ]
    assert [(word.text, word.start_seconds) for word in segments[0].words] == [
        ("Bom", 0.2),
        ("dia,", 0.5),
        ("turma.", 1.0),
    ]
    assert segments[1].words == ()
    assert {segment.spoken_language for segment in segments} == {"pt"}


def test_it_sends_piece_after_piece_in_the_language_that_is_known(engine, recording, server, monkeypatch):
    monkeypatch.setattr(audio, "PIECE_SECONDS", 6)
    monkeypatch.setattr(audio, "CUT_WITHIN_SECONDS", 1)
    pieces = list(engine.hear(recording, language="pt-BR", terms="chave, grão").pieces)
    assert [len(piece.segments) for piece in pieces] == [2, 2]
    assert pieces[1].segments[0].start_seconds == pieces[0].until_seconds
    assert all(b'name="language"\r\n\r\npt\r\n' in body for body in server.asked)
    assert all('name="prompt"\r\n\r\nchave, grão\r\n'.encode() in body for body in server.asked)


def test_a_translation_is_asked_for_at_its_own_place(server, recording):
    engine = Endpoint(model=transcription.MODEL, url=server.url, key=transcription.KEY, task="translate")
    assert engine.hear(recording).language == "pt"
    assert server.places == ["/v1/audio/translations"]


@pytest.mark.parametrize("status", [429, 503])
def test_another_attempt_may_find_a_busy_server_well(engine, recording, server, status):
    server.statuses = [status]
    with pytest.raises(NoAnswerError, match=f"answers {status}"):
        engine.hear(recording)
    assert engine.hear(recording).language == "pt"


def test_a_server_that_is_gone_does_not_answer(recording):
    with transcription.serve() as server:
        engine = Endpoint(model=transcription.MODEL, url=server.url)
    with pytest.raises(NoAnswerError, match="does not answer"):
        engine.hear(recording)


def test_a_refusal_says_what_was_refused(server, recording):
    with pytest.raises(NotReadyError, match="refuses to hear with 'whisper-1': 401"):
        Endpoint(model=transcription.MODEL, url=server.url, key="another").hear(recording)


def test_a_reply_without_times_is_none(engine, recording, server):
    server.reply = {"text": "Bom dia."}
    with pytest.raises(TranscriberError, match="no segments with times"):
        engine.hear(recording)


def test_it_needs_an_address():
    with pytest.raises(TranscriberError, match="set TRANSCRIPTION_URL"):
        Endpoint(model=transcription.MODEL, url="").prepare()

import json
import os
import signal
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.transcripts import factories
from transcripts import services
from transcripts.models import State, Transcription
from transcripts.transcribers import NotReadyError


def transcribe(capsys, *arguments):
    call_command("transcribe", *map(str, arguments))
    return capsys.readouterr()


def test_it_prints_exactly_the_promised_json(shared_data, capsys):
    printed = transcribe(capsys, shared_data / "audio" / "jfk.flac", "--json")
    heard = json.loads(printed.out)
    assert set(heard) == {"language", "duration_seconds", "segments"}
    assert (heard["language"], heard["duration_seconds"]) == ("en", 11.0)
    assert set(heard["segments"][0]) == {"start_seconds", "end_seconds", "text", "words"}
    assert set(heard["segments"][0]["words"][0]) == {"start_seconds", "end_seconds", "text", "probability"}


def test_it_prints_lines_with_times(fake, tmp_path, capsys):
    path = tmp_path / "lecture.opus"
    path.write_bytes(b"sound")
    assert transcribe(capsys, path).out == "[00:00] One two three.\n[00:10] Four five six.\n"


def test_silence_is_no_error(shared_data, capsys):
    printed = transcribe(capsys, shared_data / "audio" / "bad" / "silence.mp3", "--json")
    assert json.loads(printed.out)["segments"] == []
    assert "No speech was heard" in printed.err
    assert "The model tiny.en hears English only." in printed.err


def test_it_says_what_it_left_out_in_doubt(fake, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fake, "texts", ["One two three.", *["Thank you."] * 5])
    path = tmp_path / "lecture.opus"
    path.write_bytes(b"sound")
    assert "Left out, in doubt: repeated segment (2)." in transcribe(capsys, path).err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.opus"], r"^There is no file missing\.opus\.$"),
        ([Path(__file__).parent], r"transcripts is a folder\.$"),
        ([], r"^Name a file to be heard, or say --pending or --plan\.$"),
        (["missing.opus", "--pending"], r"^Name a file"),
        ([__file__, "--engine", "telepathy"], "There is no transcriber 'telepathy'"),
        ([__file__], r"test_transcribe_command\.py: The file cannot be decoded: .*\.$"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("transcribe", *map(str, arguments))


@pytest.mark.django_db
def test_what_it_hears_with_doubt_it_hears_once_more(fake, settings, monkeypatch):
    monkeypatch.setattr(fake, "average_log_probability", -0.9)
    settings.TRANSCRIBERS = settings.TRANSCRIBERS | {
        "second_pass": settings.TRANSCRIBERS["fake"] | {"OPTIONS": {"model": "larger"}}
    }
    factories.make_media(factories.make_video(), b"sound")
    call_command("transcribe", "--pending")
    heard = Transcription.objects.order_by("pk").values_list("model", "state", "is_preferred")
    assert list(heard) == [("", State.DONE, False), ("larger", State.DONE, True)]


@pytest.mark.django_db
def test_it_hears_all_that_is_pending_and_sums_up(fake, capsys):
    factories.make_media(factories.make_video("one"), b"sound")
    factories.make_video("two")
    assert transcribe(capsys, "--pending").out == "     1 done\n     1 no audio\n"
    assert json.loads(transcribe(capsys, "--pending", "--json").out) == {"done": 1, "no_audio": 1}


@pytest.mark.django_db
def test_what_fails_again_and_again_does_not_stop_the_rest(fake, capsys):
    factories.make_media(factories.make_video(), b"sound")
    fake.at_segment = lambda position: 1 / 0
    factories.make_captions(factories.make_video("two"))
    with pytest.raises(CommandError, match=r"^1 of 2 recordings failed: the admin says why\.$"):
        transcribe(capsys, "--pending")
    fake.at_segment = lambda position: None
    assert capsys.readouterr().out == "     1 done\n     1 failed too often\n     1 no audio\n"


@pytest.mark.django_db
def test_what_failed_before_is_no_failure_of_this_call(fake, capsys):
    factories.make_media(factories.make_video(), b"sound")
    services.plan_transcriptions()
    Transcription.objects.update(state=State.FAILED)
    assert json.loads(transcribe(capsys, "--pending", "--json").out) == {"failed": 1}


@pytest.mark.django_db
def test_a_recording_without_speech_is_no_failure(fake, monkeypatch, capsys):
    factories.make_media(factories.make_video(), b"sound")
    monkeypatch.setattr(fake, "texts", ["..."])
    assert transcribe(capsys, "--pending").out == "     1 no speech heard\n"


def test_it_says_how_the_engine_runs_here(capsys):
    plan = json.loads(transcribe(capsys, "--plan", "--json").out)
    assert (plan["engine"], plan["model"]) == ("faster_whisper", "tiny.en")
    assert plan["recordings_at_once"] == plan["worker_count"] >= 1
    told = dict(line.split("  ", 1) for line in transcribe(capsys, "--plan").out.splitlines())
    assert told["precision"].strip() == plan["precision"]


@pytest.mark.django_db(transaction=True)
def test_several_are_heard_at_once_and_each_once(fake, monkeypatch, capsys):
    monkeypatch.setattr(type(fake), "recordings_at_once", 3)
    for name in "abcdef":
        factories.make_media(factories.make_video(name), name.encode())
    assert transcribe(capsys, "--pending").out == "     6 done\n"
    assert set(Transcription.objects.values_list("attempt_count", flat=True)) == {1}


def states():
    rows = Transcription.objects.order_by("pk")  # as they are taken up
    return list(rows.values_list("state", "heard_until_seconds", "attempt_count", "lease_expires_at"))


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_ends_what_is_heard_side_by_side_at_its_next_piece(fake, monkeypatch, capsys):
    monkeypatch.setattr(type(fake), "recordings_at_once", 2)
    for name in "abc":
        factories.make_media(factories.make_video(name), name.encode())
    all_there, was_pressed = threading.Barrier(3, timeout=60), threading.Event()
    handlers = {}

    def press_ctrl_c(future):
        all_there.wait()
        raise KeyboardInterrupt

    def handle(number, handler):
        handlers[number] = handler
        was_pressed.set()

    def hold(position):
        all_there.wait()
        assert was_pressed.wait(timeout=60)

    fake.at_segment = hold
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Future, "result", press_ctrl_c)
        patch.setattr(signal, "signal", handle)
        transcribe(capsys, "--pending")
    assert states() == [(State.PENDING, 10, 0, None), (State.PENDING, 10, 0, None), (State.PENDING, 0, 0, None)]
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    handlers[signal.SIGINT]()
    assert ended == [130]
    heard = []
    fake.at_segment = heard.append
    assert transcribe(capsys, "--pending").out == "     3 done\n"
    assert sorted(heard) == [0, 1, 1, 1]


@pytest.mark.django_db
def test_ctrl_c_ends_what_is_heard_alone_at_once(fake, capsys):
    factories.make_media(factories.make_video(), b"sound")

    def press_ctrl_c(position):
        if position == 1:
            raise KeyboardInterrupt

    fake.at_segment = press_ctrl_c
    with pytest.raises(KeyboardInterrupt):
        transcribe(capsys, "--pending")
    assert states() == [(State.PENDING, 10, 0, None)]


@pytest.mark.django_db
def test_an_engine_that_is_not_ready_any_more_ends_it_with_its_reason(fake, capsys):
    for name in "ab":
        factories.make_media(factories.make_video(name), name.encode())

    def lose_weights(position):
        raise NotReadyError("The weights are gone.")

    fake.at_segment = lose_weights
    with pytest.raises(CommandError, match=r"^The weights are gone\.$"):
        transcribe(capsys, "--pending")
    assert capsys.readouterr().out == "     2 pending\n"

import logging

import pytest

from ingestion.youtube import client, errors
from tests.emulators import youtube_world
from tests.emulators.youtube import Fault


@pytest.fixture
def channel(emulator):
    """A channel of three videos."""
    emulator.world = youtube_world.invent_world(3)
    return next(iter(emulator.world.channels))


def ask(question, **options):
    with client.connect() as api:
        return api.ask(question, **options)


def ask_channel(channel_id, **options):
    return ask(client.Question("channels.list", channel_id, {"part": "snippet", "id": channel_id}), **options)


def test_it_asks_with_the_key_in_a_header_and_returns_what_came(emulator, channel):
    reply = ask_channel(channel)
    assert reply.body["items"][0]["snippet"]["title"] == "Channel 0"
    assert emulator.statuses == [200]


def test_an_unmodified_reply_is_told_by_its_etag(channel):
    etag = ask_channel(channel).body["etag"]
    assert ask_channel(channel, etag=etag) == client.Reply(is_unmodified=True)
    assert not ask_channel(channel, etag="another").is_unmodified


def test_what_is_not_there_is_an_empty_reply(emulator, channel):
    question = client.Question("playlistItems.list", "PLx", {"part": "snippet", "playlistId": "PLx"})
    assert ask(question) == client.Reply(absence="playlistNotFound")


def test_statistics_are_asked_by_their_own_method(emulator, channel):
    question = client.Question(client.STATISTICS, "ids", {"part": "statistics", "id": "v0000000000,v0000000002"})
    reply = ask(question)
    assert [item["statistics"]["viewCount"] for item in reply.body["items"]] == ["1000", "1002"]


def test_a_server_that_does_not_know_a_method_says_so(emulator, channel):
    emulator.unknown_methods.add(client.STATISTICS)
    with pytest.raises(errors.UnknownMethodError):
        ask(client.Question(client.STATISTICS, "ids", {"part": "statistics", "id": "v0000000000"}))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("channels.list", status=500),
        Fault("channels.list", status=429, body=""),
        Fault("channels.list", status=503, body="<html>"),
        Fault("channels.list", status=200, body="not JSON"),
        Fault("channels.list", status=200, body="[]"),
        Fault("channels.list", status=200, body="[" * 100_000),
        Fault("channels.list", action="reset"),
        Fault(
            "channels.list", action="truncate", status=200, body='{"items": [], "padding": "' + "x" * 5000 + '"}'
        ),
    ],
    ids=lambda fault: f"{fault.action} {fault.status}",
)
def test_what_may_pass_is_transient_and_the_next_call_succeeds(emulator, channel, fault):
    emulator.faults.append(fault)
    question = client.Question("channels.list", channel, {"part": "id", "id": channel})
    with client.connect() as api:
        with pytest.raises(errors.TransientError):
            api.ask(question)
        # Nothing below repeats a call unseen.
        assert emulator.count("channels.list") == 1
        assert api.ask(question).body["items"]


def test_a_server_that_says_nothing_is_left(emulator, channel):
    emulator.faults.append(Fault("channels.list", action="hang"))
    question = client.Question("channels.list", channel, {"part": "id", "id": channel})
    with client.connect(timeout_seconds=0.2) as api, pytest.raises(errors.TransientError, match="timed out"):
        api.ask(question)


def test_nobody_listening_is_transient(settings):
    settings.YOUTUBE_API_KEY, settings.YOUTUBE_API_ENDPOINT = "a key", "http://127.0.0.1:1/"
    with pytest.raises(errors.UnreachableError, match="refused"):
        ask_channel("UCx")


def test_the_key_is_in_no_log_and_no_error(emulator, channel, settings, caplog):
    settings.YOUTUBE_API_KEY = canary = "AIza-canary"
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.KeyRefusedError) as refusal:
        ask_channel(channel)
    told = f"{refusal.value!r} {refusal.value.__dict__} {refusal.value.__cause__} {caplog.text}"
    assert "channels" in caplog.text
    assert canary not in told


def test_without_a_key_the_setting_is_named(settings):
    settings.YOUTUBE_API_KEY = ""
    with pytest.raises(client.NoKeyError, match="YOUTUBE_API_KEY"):
        ask_channel("UCx")

import random
from datetime import UTC, datetime

import pytest

from ingestion.models import ApiCall, Bucket, IngestionRun
from ingestion.youtube import asking, client, errors, quota
from tests.emulators import youtube_replies, youtube_world
from tests.emulators.youtube import Fault

NOW = datetime(2026, 11, 26, 20, tzinfo=UTC)


@pytest.fixture
def run(db):
    return IngestionRun.objects.create(source="youtube_api", location="a test")


@pytest.fixture
def asker(emulator):
    emulator.world = youtube_world.invent_world(3)
    slept = []
    with client.connect() as api:
        asker = asking.Asker(api, clock=lambda: NOW, sleep=slept.append, chance=random.Random(1))
        asker.slept = slept
        yield asker


def question(emulator):
    channel_id = next(iter(emulator.world.channels))
    return client.Question("channels.list", channel_id, {"part": "id", "id": channel_id})


def test_each_try_is_a_call_in_the_ledger(emulator, asker, run):
    emulator.faults.append(Fault("channels.list", status=503, times=2))
    answer = asker.ask_ahead(question(emulator), run=run)()
    assert answer.reply.body["items"]
    assert [bool(call.error) for call in ApiCall.objects.order_by("pk")] == [True, True, False]
    assert answer.call == ApiCall.objects.latest("pk")
    assert quota.stand(Bucket.GENERAL, now=NOW).spent == 3


def test_it_waits_longer_from_try_to_try_and_never_as_long_as_the_one_beside_it(emulator, asker, run):
    emulator.faults.append(Fault("channels.list", status=500, times=9))
    with pytest.raises(errors.TransientError):
        asker.ask_ahead(question(emulator), run=run)()
    assert emulator.count("channels.list") == asking.MOST_TRIES
    limits = [1.0, 2.0, 4.0, 8.0]
    assert all(0 <= seconds <= limit for seconds, limit in zip(asker.slept, limits, strict=True))
    assert len(set(asker.slept)) == 4


def test_what_is_permanent_is_asked_once(emulator, asker, run):
    emulator.key = "another"
    with pytest.raises(errors.KeyRefusedError):
        asker.ask_ahead(question(emulator), run=run)()
    assert ApiCall.objects.get().error.startswith("API_KEY_INVALID")
    assert asker.slept == []


def test_spent_units_park_at_once_and_close_the_bucket(emulator, asker, run):
    emulator.limits["general"] = 0
    with pytest.raises(quota.ParkedError) as parked:
        asker.ask_ahead(question(emulator), run=run)()
    assert parked.value.resets_at == datetime(2026, 11, 27, 8, tzinfo=UTC)
    with pytest.raises(quota.ParkedError):
        asker.ask_ahead(question(emulator), run=run)()
    assert emulator.count("channels.list") == 1


def test_a_try_that_would_cost_more_than_there_is_is_not_made(emulator, asker, run, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 2}
    emulator.faults.append(Fault("channels.list", status=500, times=9))
    with pytest.raises(quota.ParkedError):
        asker.ask_ahead(question(emulator), run=run)()
    assert emulator.count("channels.list") == 2


def test_an_error_ordered_by_name_reaches_the_ledger(emulator, asker, run):
    emulator.faults.append(Fault("channels.list", status=400, body=youtube_replies.error(400, "invalidPageToken")))
    with pytest.raises(errors.PageTokenError):
        asker.ask_ahead(question(emulator), run=run)()
    assert ApiCall.objects.get().finished_at == NOW


def test_what_was_asked_ahead_is_tried_again_once_it_is_waited_for(emulator, asker, run):
    emulator.faults.append(Fault("channels.list", status=503))
    wait = asker.ask_ahead(question(emulator), run=run)
    assert ApiCall.objects.count() == 1
    assert wait().reply.body["items"]
    assert ApiCall.objects.count() == 2


def test_that_no_units_are_left_is_said_once_the_answer_is_waited_for(emulator, asker, run, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 0}
    wait = asker.ask_ahead(question(emulator), run=run)
    with pytest.raises(quota.ParkedError):
        wait()
    assert emulator.count("channels.list") == 0

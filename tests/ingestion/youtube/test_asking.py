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
        asker.close()


def question(emulator):
    channel_id = next(iter(emulator.world.channels))
    return client.Question("channels.list", channel_id, {"part": "id", "id": channel_id})


def test_each_try_is_a_call_in_the_ledger(emulator, asker, run):
    emulator.faults.append(Fault("channels.list", status=503, times=2))
    answer = asker.ask(question(emulator), run=run)
    assert answer.reply.body["items"]
    assert [bool(call.error) for call in ApiCall.objects.order_by("pk")] == [True, True, False]
    assert answer.call == ApiCall.objects.latest("pk")
    assert quota.stand(Bucket.GENERAL, now=NOW).spent == 3


def test_it_waits_longer_from_try_to_try_and_never_as_long_as_the_one_beside_it(emulator, asker, run):
    emulator.faults.append(Fault("channels.list", status=500, times=9))
    with pytest.raises(errors.TransientError):
        asker.ask(question(emulator), run=run)
    assert emulator.count("channels.list") == asking.MOST_TRIES
    limits = [1.0, 2.0, 4.0, 8.0]
    assert all(0 <= seconds <= limit for seconds, limit in zip(asker.slept, limits, strict=True))
    assert len(set(asker.slept)) == 4


def test_what_is_permanent_is_asked_once(emulator, asker, run):
    emulator.key = "another"
    with pytest.raises(errors.KeyRefusedError):
        asker.ask(question(emulator), run=run)
    assert ApiCall.objects.get().error.startswith("API_KEY_INVALID")
    assert asker.slept == []


def test_spent_units_park_at_once_and_close_the_bucket(emulator, asker, run):
    emulator.limits["general"] = 0
    with pytest.raises(quota.ParkedError) as parked:
        asker.ask(question(emulator), run=run)
    assert parked.value.resets_at == datetime(2026, 11, 27, 8, tzinfo=UTC)
    with pytest.raises(quota.ParkedError):
        asker.ask(question(emulator), run=run)
    assert emulator.count("channels.list") == 1


def test_a_try_that_would_cost_more_than_there_is_is_not_made(emulator, asker, run, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 2}
    emulator.faults.append(Fault("channels.list", status=500, times=9))
    with pytest.raises(quota.ParkedError):
        asker.ask(question(emulator), run=run)
    assert emulator.count("channels.list") == 2


def test_an_error_ordered_by_name_reaches_the_ledger(emulator, asker, run):
    emulator.faults.append(Fault("channels.list", status=400, body=youtube_replies.error(400, "invalidPageToken")))
    with pytest.raises(errors.PageTokenError):
        asker.ask(question(emulator), run=run)
    assert ApiCall.objects.get().finished_at == NOW


@pytest.fixture
def listing(emulator, asker):
    """A question about the first of six pages."""
    emulator.world = youtube_world.invent_world(300)
    uploads = youtube_world.uploads_of(next(iter(emulator.world.channels)))
    return client.Question(
        "playlistItems.list", uploads, {"part": "snippet", "playlistId": uploads, "maxResults": "50"}
    )


def test_a_list_is_followed_to_its_end_and_every_page_paid_once(emulator, asker, listing, run):
    answers = list(asker.follow(listing, run=run))
    assert [answer.call.page_number for answer in answers] == [0, 1, 2, 3, 4, 5]
    assert [len(answer.reply.body["items"]) for answer in answers] == [50] * 6
    assert ApiCall.objects.count() == emulator.count("playlistItems.list") == 6


def test_pages_that_a_list_does_not_have_after_all_cost_nothing(emulator, asker, listing, run, monkeypatch):
    monkeypatch.setattr(client.Reply, "page_count", 100)
    assert len(list(asker.follow(listing, run=run))) == 6
    assert ApiCall.objects.count() == emulator.count("playlistItems.list") == 6


def test_a_list_that_does_not_tell_its_length_is_followed_too(emulator, asker, listing, run, monkeypatch):
    monkeypatch.setattr(client.Reply, "page_count", 0)
    assert len(list(asker.follow(listing, run=run))) == 6
    assert ApiCall.objects.count() == 6


def test_a_page_that_fails_is_tried_again_before_those_behind_it_are_asked_for(emulator, asker, listing, run):
    emulator.faults.append(Fault("playlistItems.list", status=503, page_number=3))
    answers = list(asker.follow(listing, run=run))
    assert [answer.call.page_number for answer in answers] == [0, 1, 2, 3, 4, 5]
    assert len(asker.slept) == 1
    assert ApiCall.objects.count() == emulator.count("playlistItems.list") == 7


def test_pages_behind_one_that_is_never_had_cost_nothing(emulator, asker, listing, run):
    emulator.faults.append(Fault("playlistItems.list", status=500, page_number=3, times=9))
    answers = asker.follow(listing, run=run)
    assert [next(answers).call.page_number for _ in range(3)] == [0, 1, 2]
    with pytest.raises(errors.TransientError):
        next(answers)
    assert ApiCall.objects.count() == emulator.count("playlistItems.list") == 3 + asking.MOST_TRIES


def test_a_list_is_followed_as_far_as_the_units_go(emulator, asker, listing, run, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 4}
    answers = asker.follow(listing, run=run)
    assert [next(answers).call.page_number for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(quota.ParkedError):
        next(answers)
    assert emulator.count("playlistItems.list") == 4


def test_who_leaves_a_list_early_pays_for_what_was_asked_alone(emulator, asker, listing, run):
    answers = asker.follow(listing, run=run)
    assert [next(answers).call.page_number for _ in range(3)] == [0, 1, 2]
    answers.close()
    assert ApiCall.objects.count() == emulator.count("playlistItems.list")

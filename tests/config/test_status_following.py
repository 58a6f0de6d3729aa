from datetime import UTC, datetime, timedelta

import pytest

from config import attention, status
from config.roles import Role
from config.status import following
from ingestion.models import (
    AudioFetch,
    FetchReason,
    FetchState,
    ObjectEvent,
    Subscription,
    Video,
)
from ingestion.youtube import quota
from tests.config import factories
from tests.config.test_conditions import make_call, make_subscription

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 26, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_fetch(name, **fields):
    return AudioFetch.objects.create(video=Video.objects.create(video_id=name), **fields)


def test_units_are_told_by_bucket(settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 10}
    make_call(units=4)
    general, search, _statistics = following.list_quotas(at=AT)
    assert (general.bucket, general.spent_count, general.left_count, general.is_spent) == ("general", 4, 6, False)
    assert (search.spent_count, general.resets_at) == (0, quota.reset_after(AT))


def test_subscriptions_are_counted_by_where_they_stand():
    for number, fields in enumerate(
        [
            {"next_pull_at": AT - HOUR},
            {"next_pull_at": AT - HOUR, "lease_expires_at": AT + HOUR},
            {"next_pull_at": AT + HOUR, "error": "x"},
            {"next_pull_at": quota.reset_after(AT), "error": "x"},
            {"is_paused": True, "error": "x"},
        ]
    ):
        make_subscription(reference=f"@{number}", **fields)
    told = following.count_subscriptions(at=AT)
    assert (told.all_count, told.due_count, told.failing_count) == (5, 1, 1)
    assert (told.parked_count, told.paused_count) == (1, 1)


def test_audio_is_told_by_reason_with_the_next_attempt():
    make_fetch("a", reason=FetchReason.BOT_CHECK, next_attempt_at=AT + 2 * HOUR)
    make_fetch("b", reason=FetchReason.BOT_CHECK, next_attempt_at=AT + HOUR)
    make_fetch("c", reason=FetchReason.GONE, state=FetchState.REFUSED)
    make_fetch("d", state=FetchState.DONE)
    first, second = following.list_fetches()
    assert (first.label, first.count) == ("waiting: YouTube asks for proof of a person", 2)
    assert first.next_attempt_at == AT + HOUR
    assert (second.label, second.next_attempt_at) == ("not to be had: deleted or private", None)


def test_objects_that_were_told_of_are_counted_until_they_are_handled(monkeypatch):
    for number in range(3):
        ObjectEvent.objects.create(key=str(number), version="1", handled_at=AT if number else None)
    assert following.count_open_events() == 1
    ObjectEvent.objects.update(handled_at=None)
    monkeypatch.setattr(following, "MOST_COUNTED", 1)
    assert following.count_open_events() == 2


def test_the_page_and_the_api_tell_of_them_and_of_what_needs_a_person(client):
    client.force_login(factories.make_person("olga", role=Role.OPERATOR))
    assert "Units of YouTube" not in client.get("/status/").content.decode()
    row = make_subscription()
    make_call("keyInvalid: no")
    make_fetch("a", reason=FetchReason.COOKIES_EXPIRED)
    page = client.get("/status/").content.decode()
    for words in (
        "Units of YouTube",
        "Subscriptions: 1; due 1",
        "waiting: the cookies have expired",
        "YouTube refuses the key",
        "videos whose audio waits for new cookies",
        "courses whose pulls have not gone well for long",
    ):
        assert words in page
    told = client.get("/api/v1/status/").json()
    assert told["subscriptions"]["due_count"] == 1
    assert told["fetches"][0]["reason"] == "cookies_expired"
    assert {each["bucket"] for each in told["quotas"]} == {"general", "search", "statistics"}
    Subscription.objects.filter(pk=row.pk).update(is_paused=True)
    titles = [concern.title for concern in status.read(at=AT).concerns]
    assert "courses whose pulls have not gone well for long" not in titles


def test_what_fails_is_told_at_the_top_and_what_waits_for_units_is_not():
    make_subscription(reference="@fails", error="YouTube could not be reached.")
    make_subscription(reference="@waits", error="spent", next_pull_at=quota.reset_after(AT))
    make_subscription(reference="@rests", error="YouTube could not be reached.", is_paused=True)
    concerns = {concern.title: concern.count for concern in attention.find_concerns(at=AT)}
    assert concerns["subscriptions whose last pull failed"] == 1


def test_a_bot_check_is_told_at_the_top():
    AudioFetch.objects.create(video=Video.objects.create(video_id="-a"), reason=FetchReason.BOT_CHECK)
    (concern,) = attention.find_concerns(at=AT)
    assert "gives to people alone" in concern.title

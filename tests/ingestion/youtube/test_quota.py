import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from ingestion.models import ApiCall, Bucket, IngestionRun
from ingestion.youtube import client, errors, quota

NOW = datetime(2026, 11, 26, 20, tzinfo=UTC)


@pytest.fixture
def run(db):
    return IngestionRun.objects.create(source="youtube_api", location="a test")


def question(method="playlistItems.list", page_number=0):
    return client.Question(method, "PL1", page_number=page_number)


@pytest.mark.parametrize(
    ("moment", "day", "reset"),
    [
        # Eight hours behind in winter, seven in summer.
        ("2026-01-15T07:59:59", date(2026, 1, 14), "2026-01-15T08:00:00"),
        ("2026-01-15T08:00:00", date(2026, 1, 15), "2026-01-16T08:00:00"),
        ("2026-07-15T06:59:59", date(2026, 7, 14), "2026-07-15T07:00:00"),
        ("2026-07-15T07:00:00", date(2026, 7, 15), "2026-07-16T07:00:00"),
        # The day of 23 hours and the day of 25.
        ("2026-03-08T08:00:00", date(2026, 3, 8), "2026-03-09T07:00:00"),
        ("2026-11-01T07:00:00", date(2026, 11, 1), "2026-11-02T08:00:00"),
    ],
)
def test_the_day_of_the_quota_is_that_of_the_pacific(moment, day, reset):
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert quota.day_at(now) == day
    assert quota.reset_after(now) == datetime.fromisoformat(reset).replace(tzinfo=UTC)


def test_every_method_spends_from_its_own_bucket(run):
    for method, bucket, units in (
        ("search.list", Bucket.SEARCH, 1),
        ("videos.batchGetStats", Bucket.STATISTICS, 1),
        ("videos.list", Bucket.GENERAL, 1),
        ("captions.list", Bucket.GENERAL, 50),
    ):
        before = quota.stand(bucket, now=NOW).spent
        quota.reserve(question(method), run=run, now=NOW)
        assert quota.stand(bucket, now=NOW).spent == before + units


def test_a_call_that_failed_is_spent_as_well(run):
    call = quota.reserve(question(), run=run, now=NOW)
    quota.fail(call, error=errors.TransientError("backendError"), now=NOW)
    assert quota.stand(Bucket.GENERAL, now=NOW).spent == 1


def test_a_call_that_never_reached_youtube_costs_nothing(run):
    call = quota.reserve(question(), run=run, now=NOW)
    quota.fail(call, error=errors.UnreachableError("network"), now=NOW)
    assert quota.stand(Bucket.GENERAL, now=NOW).spent == 0


def test_the_cap_parks_what_comes_after_it_until_the_reset(run, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 20}
    settings.YOUTUBE_SPEND_PERCENT = 10
    quota.reserve(question(), run=run, now=NOW)
    quota.reserve(question(page_number=1), run=run, now=NOW)
    with pytest.raises(quota.ParkedError) as parked:
        quota.reserve(question(page_number=2), run=run, now=NOW)
    assert parked.value.resets_at == datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert ApiCall.objects.count() == 2
    quota.reserve(question(page_number=2), run=run, now=parked.value.resets_at)


def test_units_kept_for_others_are_not_spent(run, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 3}
    quota.reserve(question(), run=run, now=NOW, keep=2)
    with pytest.raises(quota.ParkedError):
        quota.reserve(question(page_number=1), run=run, now=NOW, keep=2)
    quota.reserve(question(page_number=1), run=run, now=NOW)


def test_a_refusal_for_want_of_units_closes_the_bucket_until_the_reset(run):
    call = quota.reserve(question("search.list"), run=run, now=NOW)
    quota.fail(call, error=errors.QuotaExceededError("rateLimitExceeded", "Queries per day"), now=NOW)
    assert quota.stand(Bucket.SEARCH, now=NOW).left == 0
    assert quota.stand(Bucket.GENERAL, now=NOW).left > 0
    assert quota.stand(Bucket.SEARCH, now=quota.reset_after(NOW)).left == 100


def test_a_clock_that_jumps_back_finds_the_units_of_that_day(run):
    quota.reserve(question(), run=run, now=NOW)
    quota.reserve(question(page_number=1), run=run, now=NOW - timedelta(days=1))
    assert quota.stand(Bucket.GENERAL, now=NOW).spent == 1
    assert quota.stand(Bucket.GENERAL, now=NOW - timedelta(days=1)).spent == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_spend_more_than_there_is(settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 10}
    run = IngestionRun.objects.create(source="youtube_api", location="a test")
    parked = []

    def spend(number):
        try:
            for page in range(4):
                quota.reserve(question(page_number=number * 10 + page), run=run, now=NOW)
        except quota.ParkedError:
            parked.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ApiCall.objects.count() == 10
    assert len(parked) >= 3


def test_calls_are_forgotten_once_no_pull_goes_on_from_them(run):
    quota.reserve(question(), run=run, now=NOW)
    quota.reserve(question(page_number=1), run=run, now=NOW + timedelta(days=50))
    assert quota.forget_old(now=NOW + timedelta(days=61)) == 1
    assert ApiCall.objects.get().page_number == 1

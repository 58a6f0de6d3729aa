from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile

from config import conditions
from ingestion.lake import lake
from ingestion.models import (
    ApiCall,
    AudioFetch,
    Bucket,
    ContractDrift,
    Course,
    FetchReason,
    FetchState,
    IngestionRun,
    RawObservation,
    RawRecord,
    RunState,
    SubjectKind,
    Subscription,
    Video,
)
from ingestion.youtube import quota

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 26, 18, tzinfo=UTC)
DAY = timedelta(days=1)


def make_call(error="", *, units=1, bucket=Bucket.GENERAL, at=AT):
    run, _is_new = IngestionRun.objects.get_or_create(source="youtube_api", location="x")
    return ApiCall.objects.create(
        run=run,
        bucket=bucket,
        quota_date=quota.day_at(at),
        units=units,
        method="videos.list",
        subject=f"{error} {ApiCall.objects.count()}",
        error=error,
        finished_at=at,
    )


def make_subscription(**fields):
    course, _is_new = Course.objects.get_or_create(title="Physics")
    values = {"created_at": AT - 10 * DAY, "next_pull_at": AT - 2 * DAY, "reference": "@a-b"} | fields
    return Subscription.objects.create(course=course, kind=SubjectKind.CHANNEL, **values)


def find():
    return [(each.kind, each.subject) for each in conditions.find(at=AT)]


def observe(*keys, sighting_count=2):
    run, _is_new = IngestionRun.objects.get_or_create(source="youtube_api", location="x")
    for key in keys:
        record = RawRecord.objects.create(
            source="youtube_api", kind="video", external_id="v", payload={}, payload_sha256=key, fetched_at=AT
        )
        RawObservation.objects.bulk_create(
            RawObservation(run=run, record=record, observed_at=AT + timedelta(minutes=minute), lake_key=key)
            for minute in range(sighting_count)
        )


def look():
    conditions.look_into_lake()
    return conditions.count_lost_objects()


def test_a_lake_that_lacks_what_the_database_knows_is_another(monkeypatch):
    lake().save("raw/one", ContentFile(b"payloads"))
    observe("raw/one")
    assert (look(), find()) == (0, [])
    observe("raw/in-another-lake")
    assert (look(), find()) == (1, [("lake", "")])

    def refuse(self, key):
        raise OSError

    monkeypatch.setattr(type(lake()), "find_object", refuse)
    assert find() == [("lake", "")], "nobody but the one who looks asks the lake"
    assert (look(), find()) == (0, []), "a lake that does not answer may hold them"


def test_the_newest_objects_alone_are_looked_for_however_much_one_holds():
    lake().save("raw/newest", ContentFile(b"payloads"))
    observe("raw/0", "raw/1", "raw/2", "raw/newest", sighting_count=800)
    assert look() == conditions.OBJECTS_SAMPLED - 1


def test_nothing_lasts_where_all_is_well():
    assert find() == []


@pytest.mark.parametrize("error", ["keyInvalid: Bad key", "HTTP 401", "SERVICE_DISABLED: Off"])
def test_a_refused_key_lasts_until_a_call_goes_well(error):
    make_call(error)
    assert find() == [("key", "")]
    make_call()
    assert find() == []


def test_other_errors_are_none_of_the_key():
    make_call("backendError: Try later")
    assert find() == []


def test_spent_units_last_until_the_reset(settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 3, "search": 0}
    make_call(units=2)
    assert find() == []
    make_call(units=1)
    assert find() == [("quota", "general")]
    (told,) = conditions.find(at=AT)
    assert "2026-11-27 08:00 UTC" in told.text
    assert conditions.find(at=AT + DAY) == []


def test_units_that_youtube_refuses_are_spent():
    make_call("quotaExceeded: enough", bucket=Bucket.SEARCH)
    assert find() == [("quota", "search")]


def test_expired_cookies_last_while_audio_waits_for_them():
    video = Video.objects.create(video_id="a")
    fetch = AudioFetch.objects.create(video=video, reason=FetchReason.COOKIES_EXPIRED)
    assert find() == [("cookies", "")]
    AudioFetch.objects.filter(pk=fetch.pk).update(state=FetchState.REFUSED)
    assert find() == []


def test_fields_that_came_or_went_are_one_condition_a_contract():
    for contract, path in (("a", "x"), ("a", "y"), ("b", "x")):
        ContractDrift.objects.create(contract=contract, path=path)
    assert find() == [("drift", "a"), ("drift", "b")]
    assert conditions.find(at=AT)[0].text == "2 fields of a came or went."
    ContractDrift.objects.update(accepted_at=AT)
    assert find() == []


@pytest.mark.parametrize(
    ("fields", "is_stale"),
    [
        ({}, True),
        ({"error": "playlistNotFound", "next_pull_at": AT + DAY}, True),
        ({"created_at": AT - 2 * DAY}, False),
        ({"is_paused": True}, False),
        ({"next_pull_at": AT}, False),  # it has just gone on
        ({"every": 7 * DAY}, False),
    ],
)
def test_a_course_is_stale_without_a_good_pull_for_three_cadences(fields, is_stale):
    row = make_subscription(**fields)
    assert find() == ([("stale", str(row.course_id))] if is_stale else [])


@pytest.mark.parametrize(
    ("run", "is_stale"),
    [
        ({"state": RunState.DONE, "finished_at": AT - 2 * DAY}, False),
        ({"state": RunState.DONE, "finished_at": AT - 4 * DAY}, True),
        ({"state": RunState.DONE, "finished_at": AT - 2 * DAY, "error": "page 2"}, True),
        ({"state": RunState.FAILED, "finished_at": AT - 2 * DAY}, True),
    ],
)
def test_a_pull_that_went_well_keeps_a_course_fresh(run, is_stale):
    row = make_subscription()
    IngestionRun.objects.create(source="youtube_api", location="x", subscription=row, **run)
    assert bool(find()) is is_stale

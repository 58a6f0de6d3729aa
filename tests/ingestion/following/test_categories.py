from datetime import timedelta

import pytest

from ingestion.following import categories, listings
from ingestion.models import ApiCall, EnquiryKind, IngestionRun, RawRecord, RunState, Video
from tests.emulators.youtube import Fault


@pytest.fixture
def followed(emulator, db, clock):
    emulator.world.categories["27"] = {
        "kind": "youtube#videoCategory",
        "id": "27",
        "snippet": {"title": "Education", "assignable": True},
    }
    video = Video.objects.create(video_id="v0000000001")
    listings.ask_about([video], kind=EnquiryKind.DETAILS, now=clock())


def test_the_names_of_categories_are_asked_for_once_in_a_while(emulator, followed, clock):
    categories.ask_categories(clock=clock)
    categories.ask_categories(clock=clock)
    assert emulator.count("videoCategories.list") == 1
    assert RawRecord.objects.get(kind="video_category").external_id == "27"
    clock.go_on(days=26)
    categories.ask_categories(clock=clock)
    assert emulator.statuses == [200, 304]


def test_where_nothing_is_followed_nothing_is_asked(emulator, db, clock):
    categories.ask_categories(clock=clock)
    assert emulator.calls == []


def test_without_a_key_nothing_happens(followed, clock, settings):
    settings.YOUTUBE_API_KEY = ""
    categories.ask_categories(clock=clock)
    assert not IngestionRun.objects.exists()


def test_a_failure_is_noted_and_the_next_day_it_is_tried_again(emulator, followed, clock):
    emulator.faults.append(Fault("videoCategories.list", status=500, times=5))
    categories.ask_categories(clock=clock)
    run = IngestionRun.objects.get()
    assert (run.state, "backendError" in run.error) == (RunState.DONE, True)
    clock.now += timedelta(days=1)
    categories.ask_categories(clock=clock)
    assert RawRecord.objects.filter(kind="video_category").count() == 1
    assert ApiCall.objects.filter(error="").count() == 1

from datetime import timedelta

import pytest

from ingestion import course_archive
from ingestion.following import absences
from ingestion.models import Availability, AvailabilityChange, IngestionRun, RawObservation, Video
from tests.config.replays import build, kept, lose_database, run_replay
from transcripts import services as hearing

pytestmark = pytest.mark.django_db


def drop(emulator, *video_ids):
    emulator.world.videos = {each: told for each, told in emulator.world.videos.items() if each not in video_ids}


@pytest.fixture
def gone(emulator, channel, follow, pull, ask, clock):
    """A channel two of whose videos went after they were known."""
    pull(follow(channel))
    ask()
    ids = list(Video.objects.order_by("pk").values_list("video_id", flat=True)[:2])
    drop(emulator, *ids)
    clock.go_on(days=40)
    ask()
    return ids


def test_an_absence_lands_as_a_payload_of_its_own(gone):
    seen = RawObservation.objects.filter(record__kind=absences.KIND)
    assert {observation.record.video_id for observation in seen} == set(gone)
    assert all(observation.lake_key.startswith("raw/youtube_api/absence/dt=") for observation in seen)
    changes = AvailabilityChange.objects.filter(availability=Availability.DELETED)
    assert {change.video.video_id for change in changes} == set(gone)


def test_asked_again_it_is_one_absence_more_and_no_change(gone, ask, clock):
    clock.go_on(days=40)
    ask()
    assert RawObservation.objects.filter(record__kind=absences.KIND).count() > len(gone)
    assert AvailabilityChange.objects.filter(availability=Availability.DELETED).count() == len(gone)


def test_what_is_known_to_be_private_stays_private(gone, clock):
    Video.objects.filter(video_id=gone[0]).update(availability=Availability.PRIVATE)
    run = IngestionRun.objects.last()
    absences.note_absent(video_ids=gone, run=run, observed_at=clock() + timedelta(days=1))
    assert Video.objects.get(video_id=gone[0]).availability == Availability.PRIVATE


def test_a_replay_brings_back_what_was_followed_and_what_has_gone(gone):
    hearing.plan_transcriptions()
    course_archive.archive_courses()
    before, marts = kept(), build()
    lose_database()
    run_replay()
    assert kept() == before
    assert build() == marts

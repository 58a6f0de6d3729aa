"""The real archive of 509 videos, served as the eight channels they are of: what it costs, and what lands."""

from datetime import UTC, datetime
from math import ceil

import pytest

from ingestion.models import ApiCall, RawRecord, Subscription, Video
from tests.emulators import youtube_world

VIDEO_COUNT = 509
LIKES = 346_272


@pytest.fixture
def archive(emulator, shared_data, clock):
    emulator.world = youtube_world.read_archive(shared_data / "channel_archive")
    clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
    return emulator.world


@pytest.fixture
def least_units(archive):
    sizes = [len(video_ids) for video_ids in archive.listings.values()]
    assert (len(sizes), sum(sizes)) == (8, VIDEO_COUNT)
    return sum(1 + ceil(size / 50) for size in sizes) + ceil(VIDEO_COUNT / 50)


def test_eight_channels_cost_the_least_and_a_second_pull_adds_nothing(
    archive, least_units, emulator, follow, pull, ask, clock
):
    for channel_id in archive.channels:
        pull(follow(channel_id))
    ask()
    assert emulator.units == {"general": least_units}
    assert sum(call.units for call in ApiCall.objects.all()) == least_units
    assert Video.objects.count() == VIDEO_COUNT
    records = RawRecord.objects.count()
    assert records == 8 + VIDEO_COUNT + VIDEO_COUNT
    clock.go_on(days=1)
    for subscription in Subscription.objects.all():
        assert pull(subscription).record_count == 0
    assert RawRecord.objects.count() == records
    # What a channel says of itself, and the page on which nothing is new.
    assert emulator.units["general"] == least_units + 8 * 2


def test_what_lands_is_what_was_recorded(archive, follow, pull, ask):
    for channel_id in archive.channels:
        pull(follow(channel_id))
    ask()
    kilcher = youtube_world.channel_id_of("Yannic Kilcher")
    payloads = RawRecord.objects.filter(kind="video", payload__snippet__channelId=kilcher)
    likes = [int(payload["statistics"]["likeCount"]) for payload in payloads.values_list("payload", flat=True)]
    assert sum(likes) == LIKES
    lengths = Video.objects.filter(duration_seconds=None)
    assert not lengths.exists()

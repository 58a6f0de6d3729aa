from datetime import UTC, datetime, timedelta

import pytest

from ingestion import courses
from ingestion.models import Availability, Course, Video
from tests.ingestion import people

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "is_withdrawn"),
    [
        ({}, False),
        ({"availability": "unlisted"}, False),
        ({"availability": "region_blocked"}, False),
        ({"availability": "members_only"}, False),
        ({"availability": "deleted"}, True),
        ({"availability": "deleted", "described_at": NOW, "observed_at": NOW}, True),
        ({"availability": "deleted", "is_on_youtube": False}, False),
        # A list that shows a placeholder has seen it, and does not describe it.
        ({"availability": "private"}, True),
        ({"availability": "private", "observed_at": NOW}, True),
        ({"availability": "private", "described_at": EARLIER, "observed_at": NOW}, True),
        # Whoever describes a private video may see it: its owner has brought it here.
        ({"availability": "private", "described_at": NOW, "observed_at": NOW}, False),
        ({"availability": "private", "is_on_youtube": False}, False),
        ({"availability": "removed", "removed_at": NOW}, True),
        ({"availability": "removed", "removed_at": NOW, "is_on_youtube": False}, True),
    ],
)
def test_what_is_withdrawn(fields, is_withdrawn):
    video = Video.objects.create(video_id="v", **fields)
    video.refresh_from_db()
    assert video.is_withdrawn is is_withdrawn
    assert Video.objects.withdrawn().exists() is is_withdrawn
    assert Video.objects.retained().exists() is not is_withdrawn
    assert Video.objects.gone().exists() is (is_withdrawn and video.availability != Availability.REMOVED)
    assert Video.objects.kept().exists() is (video.availability != Availability.REMOVED)


def test_a_course_neither_shows_nor_counts_what_is_withdrawn():
    course = Course.objects.create(title="Statistics", access="open")
    course.videos.create(video_id="here", duration_seconds=3600)
    course.videos.create(video_id="gone", duration_seconds=3600, availability="deleted")
    assert courses.measure_course(course) == courses.Extent(lecture_count=1, hours=1)
    for person in (people.make(), people.make_operator()):
        assert [video.video_id for video in Video.objects.visible_to(person)] == ["here"]

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.audio import claims, fetching
from ingestion.models import AudioFetch, Video
from tests.ingestion.extraction.conftest import VIDEO_ID, world

__all__ = ["world"]

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until a test moves it."""

    now = NOON

    def __call__(self):
        return self.now

    def pass_time(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


def want(video_id=VIDEO_ID, **values):
    """Want the audio of a video, since noon."""
    video, _is_new = Video.objects.get_or_create(video_id=video_id)
    return AudioFetch.objects.create(**{"video": video, "next_attempt_at": NOON} | values)


def fetch(row, clock, *, jitter=0.0):
    """Run one attempt and return the row as it is then."""
    fetching.fetch_audio(video_id=row.video_id, clock=clock, jitter=lambda: jitter)
    row.refresh_from_db()
    return row


def abandon(row, clock):
    """Let a worker claim it and die; the lease is over."""
    claim = claims.take(video_pk=row.video_id, now=clock())
    clock.pass_time(minutes=3)
    row.refresh_from_db()
    return claim

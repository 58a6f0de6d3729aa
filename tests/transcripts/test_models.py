from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.transcripts import factories
from transcripts.models import Segment, State, Transcription

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return factories.make_transcription(factories.make_captions(factories.make_video()))


def test_what_is_pending_or_let_go_may_be_claimed(row):
    now = timezone.now()
    assert row in Transcription.objects.claimable(at=now)
    Transcription.objects.update(state=State.RUNNING, lease_expires_at=now + timedelta(seconds=9))
    assert row not in Transcription.objects.claimable(at=now)
    assert row in Transcription.objects.claimable(at=now + timedelta(seconds=10))


def test_what_is_preferred_is_finished(row):
    Transcription.objects.update(is_preferred=True)
    assert row not in Transcription.objects.preferred()
    Transcription.objects.update(state=State.DONE)
    assert row in Transcription.objects.preferred()


def test_a_video_prefers_one_transcription(row):
    Transcription.objects.update(is_preferred=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Transcription.objects.create(video=row.video, digest="other", is_preferred=True)


def test_a_segment_does_not_end_before_it_starts(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        Segment.objects.create(transcription=row, position=0, text="back", start_seconds=2, end_seconds=1)


def test_what_is_left_is_reckoned_at_the_pace_so_far():
    row = Transcription(duration_seconds=600.0, heard_until_seconds=150.0, wall_seconds=10.0)
    assert row.seconds_left == 30.0
    row.wall_seconds = None
    assert row.seconds_left is None

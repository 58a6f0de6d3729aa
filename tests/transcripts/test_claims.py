import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.transcripts import factories
from transcripts import claims
from transcripts.models import State, Transcription


@pytest.fixture
def row(db):
    return factories.make_transcription(factories.make_captions(factories.make_video()))


def expire(row):
    Transcription.objects.filter(pk=row.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_it_counts_the_attempt_before_the_work(row):
    claims.take(transcription_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempt_count) == (State.RUNNING, 1)
    assert row.lease_expires_at > timezone.now()


def test_it_does_not_take_what_another_holds(row):
    claims.take(transcription_id=row.pk)
    with pytest.raises(claims.NotClaimableError) as refused:
        claims.take(transcription_id=row.pk)
    assert not refused.value.permanent


@pytest.mark.parametrize("state", [State.DONE, State.NO_AUDIO, State.FAILED])
def test_it_does_not_take_what_has_ended(row, state):
    Transcription.objects.update(state=state)
    with pytest.raises(claims.NotClaimableError) as refused:
        claims.take(transcription_id=row.pk)
    assert refused.value.permanent


def test_an_expired_lease_may_be_taken_and_its_holder_writes_no_more(row):
    first = claims.take(transcription_id=row.pk)
    expire(row)
    second = claims.take(transcription_id=row.pk)
    with pytest.raises(claims.ClaimLostError):
        first.write(language="en")
    second.write(language="pt")
    row.refresh_from_db()
    assert row.language == "pt"


def test_the_third_death_is_the_last(row):
    for _ in range(claims.MOST_ATTEMPTS):
        claims.take(transcription_id=row.pk)
        expire(row)
    with pytest.raises(claims.NotClaimableError) as refused:
        claims.take(transcription_id=row.pk)
    row.refresh_from_db()
    assert refused.value.permanent
    assert row.state == State.FAILED
    assert "died 3 times" in row.reason


def test_it_notices_that_the_video_was_removed(row):
    claim = claims.take(transcription_id=row.pk)
    factories.remove(row.video)
    with pytest.raises(claims.VideoRemovedError):
        claim.write(language="en")


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_for_as_long_as_the_work_goes_on(settings):
    settings.TRANSCRIPTION_LEASE_SECONDS = 0.15
    row = factories.make_transcription(factories.make_captions(factories.make_video()))
    claim = claims.take(transcription_id=row.pk)
    first = claim.held().get().lease_expires_at
    with claims.keep(claim):
        threading.Event().wait(0.4)
        assert claim.held().get().lease_expires_at > first
    assert not claim.is_lost.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease-")]


@pytest.mark.django_db(transaction=True)
def test_the_holder_learns_that_another_has_taken_over(settings):
    settings.TRANSCRIPTION_LEASE_SECONDS = 0.15
    row = factories.make_transcription(factories.make_captions(factories.make_video()))
    claim = claims.take(transcription_id=row.pk)
    Transcription.objects.update(attempt_count=2)
    with claims.keep(claim):
        assert claim.is_lost.wait(5)

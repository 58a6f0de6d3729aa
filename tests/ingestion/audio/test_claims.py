from datetime import timedelta

import pytest

from ingestion.audio import claims
from ingestion.models import AudioFetch, Availability
from tests.ingestion.audio.conftest import NOON, abandon, want

pytestmark = pytest.mark.django_db


def test_the_attempt_is_counted_before_the_work():
    row = want()
    claim = claims.take(video_pk=row.video_id, now=NOON)
    row.refresh_from_db()
    assert (row.state, row.attempt_count, row.failure_count) == ("running", 1, 0)
    assert row.lease_expires_at == NOON + claims.LEASE
    assert claim.name == f"{row.pk}-1"


@pytest.mark.parametrize(
    "values",
    [
        {"next_attempt_at": NOON + timedelta(seconds=1)},
        {"state": "done"},
        {"state": "refused"},
        {"state": "running", "lease_expires_at": NOON + timedelta(seconds=1)},
    ],
)
def test_what_is_not_due_or_not_free_is_left(values):
    row = want(**values)
    with pytest.raises(claims.NotClaimableError):
        claims.take(video_pk=row.video_id, now=NOON)
    row.refresh_from_db()
    assert row.attempt_count == 0


def test_nothing_is_fetched_of_a_video_that_was_removed():
    row = want()
    row.video.availability, row.video.removed_at = Availability.REMOVED, NOON
    row.video.save()
    with pytest.raises(claims.NotClaimableError):
        claims.take(video_pk=row.video_id, now=NOON)


def test_what_a_dead_worker_left_is_taken_over_and_it_writes_no_more(clock):
    row = want()
    first = abandon(row, clock)
    second = claims.take(video_pk=row.video_id, now=clock())
    with pytest.raises(claims.ClaimLostError):
        first.renew(now=clock())
    with pytest.raises(claims.ClaimLostError):
        first.get()
    second.renew(now=clock())
    row.refresh_from_db()
    assert (row.attempt_count, row.failure_count) == (2, 1)


def test_what_has_killed_too_many_workers_is_refused(clock):
    row = want()
    for _ in range(claims.MOST_DEATHS):
        abandon(row, clock)
    with pytest.raises(claims.NotClaimableError):
        claims.take(video_pk=row.video_id, now=clock())
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempt_count) == ("refused", "unknown", claims.MOST_DEATHS)
    assert row.error == "The worker died 3 times while it fetched this."


def test_of_two_that_read_the_row_at_once_one_has_it(monkeypatch, clock):
    row = want()
    stale = AudioFetch.objects.get(pk=row.pk)
    abandon(row, clock)
    monkeypatch.setattr(type(AudioFetch.objects.all()), "first", lambda rows: stale)
    with pytest.raises(claims.NotClaimableError, match="another worker"):
        claims.take(video_pk=row.video_id, now=clock())
    row.refresh_from_db()
    assert row.attempt_count == 1


@pytest.mark.parametrize("name", ["", "1", "a-b", "-1-2", "1-2-3", "999999-1", ".cache"])
def test_a_folder_of_no_attempt_is_nobodys(name):
    assert not claims.is_alive(name, now=NOON)


def test_an_attempt_lives_as_long_as_its_lease(clock):
    row = want()
    claim = claims.take(video_pk=row.video_id, now=clock())
    assert claims.is_alive(claim.name, now=clock())
    assert not claims.is_alive(f"{row.pk}-2", now=clock())
    assert not claims.is_alive(claim.name, now=clock() + claims.LEASE * 2)

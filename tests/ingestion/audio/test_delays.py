from datetime import timedelta

import pytest

from ingestion.audio import delays
from ingestion.models import AudioFetch, FetchReason
from tests.ingestion.audio.conftest import NOON


def fail_in_a_row(reason, *, times, jitter=0.0, starts_at=None):
    """Return how long each of several failures for a reason waits."""
    fetch, now, waits = AudioFetch(next_attempt_at=NOON), NOON, []
    for _ in range(times):
        again_at = delays.find_next(fetch, reason=reason, now=now, starts_at=starts_at, jitter=lambda: jitter)
        waits.append(again_at - now)
        fetch.reason, fetch.attempted_at, fetch.next_attempt_at = reason, now, again_at
        now = again_at
    return waits


def test_every_reason_has_a_rule():
    assert set(delays.RULES) == set(FetchReason)


@pytest.mark.parametrize("reason", FetchReason)
@pytest.mark.parametrize("jitter", [0.0, 0.999])
def test_each_failure_waits_as_its_table_says_and_at_the_end_as_long_as_before(reason, jitter):
    table = delays.RULES[reason].delays
    waits = fail_in_a_row(reason, times=len(table) + 2, jitter=jitter)
    assert waits == [delay * (1 + delays.JITTER * jitter) for delay in (*table, table[-1], table[-1])]


def test_another_reason_begins_at_the_start_of_its_table():
    fetch = AudioFetch(reason="network", attempted_at=NOON, next_attempt_at=NOON + timedelta(days=1))
    again_at = delays.find_next(
        fetch, reason=FetchReason.RATE_LIMITED, now=NOON, starts_at=None, jitter=lambda: 0.0
    )
    assert again_at == NOON + delays.RULES[FetchReason.RATE_LIMITED].delays[0]


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(hours=5), timedelta(hours=5, minutes=1)),
        (timedelta(days=400), delays.LONGEST_WAIT),
        (timedelta(hours=-1), timedelta(hours=6)),
        (None, timedelta(hours=6)),
    ],
)
def test_what_is_ahead_is_tried_when_it_begins(ahead, expected):
    starts_at = None if ahead is None else NOON + ahead
    assert fail_in_a_row(FetchReason.UPCOMING, times=1, starts_at=starts_at) == [expected]


def test_what_is_of_the_site_or_the_moment_is_never_given_up():
    endless = {reason for reason in FetchReason if not delays.is_the_end(reason, failure_count=1000)}
    assert endless == {
        FetchReason.BOT_CHECK,
        FetchReason.RATE_LIMITED,
        FetchReason.COOKIES_EXPIRED,
        FetchReason.DISK_FULL,
        FetchReason.UPCOMING,
        FetchReason.LIVE,
    }


def test_own_failures_are_counted_and_forgotten_once_something_came():
    fetch = AudioFetch(failure_count=4)

    def count(reason, **came):
        return delays.count_failures(fetch, reason=reason, **{"has_brought_something": False} | came)

    assert count(FetchReason.NETWORK) == 5
    assert count(FetchReason.BOT_CHECK) == 4
    assert count(FetchReason.NETWORK, has_brought_something=True) == 1

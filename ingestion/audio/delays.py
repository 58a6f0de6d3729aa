"""When what was not had is tried again: a table, one line a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.models import AudioFetch
from ingestion.models import FetchReason as Reason

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A delay is made up to so much longer, so that what failed together is not tried together.
JITTER = 0.2
LONGEST_WAIT = 30 * DAY


@dataclass(frozen=True)
class Rule:
    """Delays after the first, second, ... failure in a row, the last one from then on; how many are the end.

    What has no such number is of the site or of the moment, and no fault of the video: it is never given up.
    """

    delays: tuple[timedelta, ...]
    most_failures: int | None = None
    # Every other video would fail alike: none is tried meanwhile.
    stops_all: bool = False


RULES = {
    Reason.BOT_CHECK: Rule((HOUR / 2, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY), stops_all=True),
    Reason.RATE_LIMITED: Rule((HOUR / 4, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR), stops_all=True),
    # Until a new cookies file comes, or none is set any more.
    Reason.COOKIES_EXPIRED: Rule((7 * DAY,), stops_all=True),
    Reason.DISK_FULL: Rule((10 * MINUTE, HOUR, 6 * HOUR, DAY)),
    # At the announced time where there is one.
    Reason.UPCOMING: Rule((6 * HOUR,)),
    Reason.LIVE: Rule((HOUR,)),
    Reason.NETWORK: Rule((2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY), most_failures=8),
    Reason.WRONG_LENGTH: Rule((HOUR, 6 * HOUR, DAY, 3 * DAY), most_failures=5),
    Reason.NO_AUDIO: Rule((6 * HOUR, DAY, 7 * DAY), most_failures=4),
    Reason.UNKNOWN: Rule((HOUR / 4, 2 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY), most_failures=7),
    Reason.FORBIDDEN_ADDRESS: Rule((DAY, 3 * DAY), most_failures=3),
    Reason.REGION_BLOCKED: Rule((7 * DAY, 30 * DAY), most_failures=3),
    Reason.AGE_LIMITED: Rule((7 * DAY, 30 * DAY), most_failures=3),
    Reason.MEMBERS_ONLY: Rule((7 * DAY, 30 * DAY), most_failures=3),
    Reason.GONE: Rule((3 * DAY, 10 * DAY, 30 * DAY), most_failures=4),
}
STOPPING = {reason for reason, rule in RULES.items() if rule.stops_all}
# What a cookies file that is new may put right.
CURED_BY_COOKIES = {Reason.COOKIES_EXPIRED, Reason.BOT_CHECK, Reason.AGE_LIMITED, Reason.MEMBERS_ONLY}


def count_failures(fetch: AudioFetch, *, reason: Reason, has_brought_something: bool) -> int:
    """Return how many attempts in a row have now failed through the video's own fault."""
    before = 0 if has_brought_something else fetch.failure_count
    return before + int(RULES[reason].most_failures is not None)


def is_the_end(reason: Reason, *, failure_count: int) -> bool:
    """Return whether a failure for a reason is the last of so many that are taken."""
    most = RULES[reason].most_failures
    return most is not None and failure_count >= most


def find_next(
    fetch: AudioFetch, *, reason: Reason, now: datetime, starts_at: datetime | None, jitter: Callable[[], float]
) -> datetime:
    """Return when a fetch that has failed now is tried again; `jitter` draws a number from 0 to 1.

    For the reason it failed before, a step further in the table than it waited then.
    """
    if reason == Reason.UPCOMING and starts_at is not None and starts_at > now:
        return min(starts_at + MINUTE, now + LONGEST_WAIT)
    delays = RULES[reason].delays
    waited = timedelta()
    if fetch.reason == reason and fetch.attempted_at is not None:
        waited = fetch.next_attempt_at - fetch.attempted_at
    step = sum(delay <= waited for delay in delays)
    return now + delays[min(step, len(delays) - 1)] * (1 + JITTER * jitter())

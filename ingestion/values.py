"""Numbers and moments as payloads write them; what cannot be read is None, as if it were not known."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

MOST_SECONDS = 100_000_000  # three years
MOST_VIEWS = 2**63 - 1
LAST_MOMENT = datetime(2100, 1, 1, tzinfo=UTC)

DURATION = re.compile(
    r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?", re.ASCII
)
UNIT_SECONDS = (7 * 86_400, 86_400, 3600, 60, 1)


def read_number(value: Any, *, most: float) -> float | None:
    """Return a number from nought to `most`."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= most else None


def read_count(value: Any) -> int | None:
    """Return a count the database can keep."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value <= MOST_VIEWS else None


def read_count_text(value: Any) -> int | None:
    """Return a count of the Data API, which writes them as text."""
    is_count = isinstance(value, str) and value.isdecimal() and len(value) <= len(str(MOST_VIEWS))
    return read_count(int(value)) if is_count else None


def read_epoch(value: Any) -> datetime | None:
    """Return the moment of seconds since 1970."""
    seconds = read_number(value, most=LAST_MOMENT.timestamp() - 1)
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)


def read_moment(value: Any) -> datetime | None:
    """Return the moment of an ISO 8601 text; one without a zone is UTC."""
    return _parse_moment(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _parse_moment(value: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if 1970 <= moment.year < LAST_MOMENT.year else None
    return None


def read_duration(value: Any) -> float | None:
    """Return the seconds of an ISO 8601 duration; P0D, a broadcast still to come, has none.

    Years and months are no fixed number of seconds, and YouTube writes neither.
    """
    return _parse_duration(value) if isinstance(value, str) else None


# A payload is read once for its video's row and once for those who may want it.
@lru_cache(maxsize=4096)
def _parse_duration(value: str) -> float | None:
    match = DURATION.fullmatch(value)
    if match is None:
        return None
    counts = zip(match.groups(), UNIT_SECONDS, strict=True)
    seconds = sum([int(count) * unit for count, unit in counts if count])
    return read_number(seconds, most=MOST_SECONDS) or None

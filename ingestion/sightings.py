"""What a payload says of a video: title, availability, length, views, day and chapters.

A payload may hold anything where its contract says little. What cannot be read is as if it were not known: an odd
number costs its column, odd chapters cost the chapters, and neither ever costs the page.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from ingestion import text
from ingestion.models import Availability

# What a payload may say of itself; a tombstone is not set by one.
CLAIMABLE = {Availability.PUBLIC.value, Availability.UNLISTED.value, Availability.PRIVATE.value}
# How yt-dlp names what it may not fetch, and how both name a broadcast.
AVAILABILITY_OF_INFO = {
    "subscriber_only": Availability.MEMBERS_ONLY.value,
    "premium_only": Availability.MEMBERS_ONLY.value,
    "needs_auth": Availability.AGE_LIMITED.value,
    "is_upcoming": Availability.UPCOMING.value,
    "is_live": Availability.LIVE.value,
}
BROADCASTS = {"upcoming": Availability.UPCOMING.value, "live": Availability.LIVE.value}
GONE_UPLOADS = {"deleted", "failed", "rejected"}

MOST_SECONDS = 100_000_000  # three years
MOST_VIEWS = 2**63 - 1
LAST_MOMENT = datetime(2100, 1, 1, tzinfo=UTC)
FEWEST_CHAPTERS, MOST_CHAPTERS = 3, 1000
LONGEST_LINE = 500
LONGEST_DESCRIPTION = 10_000  # YouTube takes half of it

DURATION = re.compile(
    r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?", re.ASCII
)
UNIT_SECONDS = (7 * 86_400, 86_400, 3600, 60, 1)
STAMP = r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{2})(?!\d)"
STAMP_FIRST = re.compile(rf"[^\w:]*(?:\d+[.)] *)?[^\w:]*{STAMP}(?P<title>.*)")
STAMP_LAST = re.compile(rf"(?P<title>.*?)(?<![\w:]){STAMP}\W*")
SEPARATORS = " \t-–—|:·•>()[]"  # noqa: RUF001  the dashes people type

ChapterStart = tuple[str, float]


@dataclass(frozen=True)
class Sighting:
    """What one payload says of a video; a column that is not in `details`, and None, are no word on it."""

    title: str
    availability: str
    details: dict[str, Any]
    chapters: tuple[ChapterStart, ...] | None
    reason: str = ""
    is_on_youtube: bool | None = None


def read(payload: dict[str, Any], *, kind: str) -> Sighting | None:
    """Return what a payload says of its video; None where its kind says nothing."""
    reader = READERS.get(kind)
    return reader(payload) if reader else None


def _read_info(info: dict[str, Any]) -> Sighting:
    """Read an info file of yt-dlp, which tells all it knows of a video."""
    return Sighting(
        title=text.strip_control_characters(info["title"]),
        availability=_read_info_availability(info),
        details={
            "duration_seconds": read_number(info.get("duration"), most=MOST_SECONDS) or None,
            "view_count": read_count(info.get("view_count")),
            "published_at": read_epoch(info.get("timestamp")) or read_moment(info.get("upload_date")),
        },
        chapters=read_info_chapters(info.get("chapters")),
        # Only yt-dlp knows where the video plays; a reply about it is no word against that.
        is_on_youtube=str(info.get("extractor", "youtube")).startswith("youtube"),
    )


def _read_video(resource: dict[str, Any]) -> Sighting:
    """Read a video of the Data API, which tells of the parts that were asked for."""
    snippet, contents = _part(resource, "snippet"), _part(resource, "contentDetails")
    statistics = resource.get("statistics")
    details: dict[str, Any] = {}
    if "duration" in contents:
        details["duration_seconds"] = read_duration(contents["duration"])
    if statistics is not None:
        details["view_count"] = read_count_text(statistics.get("viewCount"))
    if "publishedAt" in snippet:
        details["published_at"] = read_moment(snippet["publishedAt"])
    availability, reason = _read_video_availability(resource)
    return Sighting(
        title=text.strip_control_characters(str(snippet.get("title", ""))),
        availability=availability,
        reason=reason,
        details=details,
        # YouTube may cut a video into chapters itself: a description without any is no word against those.
        chapters=read_description_chapters(snippet.get("description")) or None,
    )


def _read_playlist_item(resource: dict[str, Any]) -> Sighting:
    snippet = _part(resource, "snippet")
    gone = {"Private video": Availability.PRIVATE.value, "Deleted video": Availability.DELETED.value}
    title = text.strip_control_characters(str(snippet.get("title", "")))
    availability = gone.get(title, "") if not snippet.get("thumbnails") else ""
    return Sighting(title="", availability=availability, details={}, chapters=None)


def _read_info_availability(info: dict[str, Any]) -> str:
    for value in (info.get("live_status"), info.get("availability")):
        if isinstance(value, str) and (known := AVAILABILITY_OF_INFO.get(value)):
            return known
    return _read_claim(info.get("availability"))


def _read_video_availability(resource: dict[str, Any]) -> tuple[str, str]:
    """Return whether the Data API lets a video be had, and its reason; the strictest word wins."""
    status, snippet = _part(resource, "status"), _part(resource, "snippet")
    contents = _part(resource, "contentDetails")
    claim = _read_claim(status.get("privacyStatus"))
    upload = status.get("uploadStatus")
    if upload in GONE_UPLOADS:
        why = status.get("rejectionReason") or status.get("failureReason") or ""
        return Availability.DELETED.value, f"upload {upload} {why}".rstrip()
    if claim == Availability.PRIVATE.value:
        return claim, ""
    if broadcast := BROADCASTS.get(str(snippet.get("liveBroadcastContent"))):
        return broadcast, str(_part(resource, "liveStreamingDetails").get("scheduledStartTime") or "")
    if _part(contents, "contentRating").get("ytRating") == "ytAgeRestricted":
        return Availability.AGE_LIMITED.value, ""
    if _is_blocked(_part(contents, "regionRestriction")):
        return Availability.REGION_BLOCKED.value, f"blocked in {settings.YOUTUBE_REGION}"
    return claim, ""


def _is_blocked(restriction: dict[str, Any]) -> bool:
    region, allowed, blocked = settings.YOUTUBE_REGION, restriction.get("allowed"), restriction.get("blocked")
    if not region:
        return False
    return (isinstance(allowed, list) and region not in allowed) or (
        isinstance(blocked, list) and region in blocked
    )


def _read_claim(value: Any) -> str:
    return value if isinstance(value, str) and value in CLAIMABLE else ""


def _part(resource: dict[str, Any], name: str) -> dict[str, Any]:
    part = resource.get(name)
    return part if isinstance(part, dict) else {}


READERS = {"info": _read_info, "video": _read_video, "playlist_item": _read_playlist_item}


def read_seconds(payload: dict[str, Any], *, kind: str) -> float | None:
    """Return the length of the video a payload is about, where it tells."""
    seen = read(payload, kind=kind)
    return seen.details.get("duration_seconds") if seen else None


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
    with suppress(TypeError, ValueError, OverflowError):
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment if 1970 <= moment.year < LAST_MOMENT.year else None
    return None


def read_duration(value: Any) -> float | None:
    """Return the seconds of an ISO 8601 duration; P0D, a broadcast still to come, has none.

    Years and months are no fixed number of seconds, and YouTube writes neither.
    """
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    counts = zip(match.groups(), UNIT_SECONDS, strict=True)
    seconds = sum([int(count) * unit for count, unit in counts if count])
    return read_number(seconds, most=MOST_SECONDS) or None


def read_info_chapters(value: Any) -> tuple[ChapterStart, ...]:
    """Return yt-dlp's chapters, none where one of them is odd."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return ()
    return _checked_chapters((each.get("title"), each.get("start_time")) for each in value)


def read_description_chapters(value: Any) -> tuple[ChapterStart, ...]:
    """Return a description's chapters by YouTube's rule: the first at 0:00, at least three, in order.

    https://support.google.com/youtube/answer/9884579
    """
    if not isinstance(value, str):
        return ()
    starts = [start for line in value[:LONGEST_DESCRIPTION].splitlines() if (start := _read_line(line.strip()))]
    if len(starts) < FEWEST_CHAPTERS or starts[0][1] != 0:
        return ()
    return _checked_chapters(starts)


def _read_line(line: str) -> ChapterStart | None:
    if ":" not in line or len(line) > LONGEST_LINE:
        return None
    match = STAMP_FIRST.fullmatch(line) or STAMP_LAST.fullmatch(line)
    if match is None:
        return None
    hours, minutes, seconds = (int(match[unit] or 0) for unit in ("hours", "minutes", "seconds"))
    title = match["title"].strip(SEPARATORS)
    is_time = seconds < 60 and (minutes < 60 or match["hours"] is None)
    return (title, float(hours * 3600 + minutes * 60 + seconds)) if is_time and title else None


def _checked_chapters(starts: Iterable[tuple[Any, Any]]) -> tuple[ChapterStart, ...]:
    chapters: list[ChapterStart] = []
    for title, start in starts:
        seconds = read_number(start, most=MOST_SECONDS)
        is_later = seconds is not None and (not chapters or seconds > chapters[-1][1])
        name = text.strip_control_characters(title)[:LONGEST_LINE].strip() if isinstance(title, str) else ""
        if not name or seconds is None or not is_later or len(chapters) == MOST_CHAPTERS:
            return ()
        chapters.append((name, seconds))
    return tuple(chapters)

"""What a payload says of a video: title, availability, length, views, day and chapters.

A payload may hold anything where its contract says little. What cannot be read is as if it were not known: an odd
number costs its column, odd chapters cost the chapters, and neither ever costs the page.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from ingestion import text, values
from ingestion.extraction import reasons
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
# Why yt-dlp is refused a video that is there: each is an availability of the same name.
REFUSALS = {
    Availability.AGE_LIMITED.value,
    Availability.MEMBERS_ONLY.value,
    Availability.REGION_BLOCKED.value,
    Availability.UPCOMING.value,
    Availability.LIVE.value,
}
BROADCASTS = {"upcoming": Availability.UPCOMING.value, "live": Availability.LIVE.value}
GONE_UPLOADS = {"deleted", "failed", "rejected"}

FEWEST_CHAPTERS, MOST_CHAPTERS = 3, 1000
LONGEST_LINE = 500
LONGEST_DESCRIPTION = 10_000  # YouTube takes half of it

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
    availability, reason = _read_info_availability(info)
    return Sighting(
        title=text.strip_control_characters(info["title"]),
        availability=availability,
        reason=reason,
        details={
            "duration_seconds": values.read_number(info.get("duration"), most=values.MOST_SECONDS) or None,
            "view_count": values.read_count(info.get("view_count")),
            "published_at": values.read_epoch(info.get("timestamp"))
            or values.read_moment(info.get("upload_date")),
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
        details["duration_seconds"] = values.read_duration(contents["duration"])
    if statistics is not None:
        details["view_count"] = values.read_count_text(statistics.get("viewCount"))
    if "publishedAt" in snippet:
        details["published_at"] = values.read_moment(snippet["publishedAt"])
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


def _read_refusal(refusal: dict[str, Any]) -> Sighting:
    """Read what yt-dlp was told instead of a video."""
    availability, reason = _read_refused_availability(refusal)
    return Sighting(title="", availability=availability, reason=reason, details={}, chapters=None)


def _read_info_availability(info: dict[str, Any]) -> tuple[str, str]:
    """Return whether a video can be had and why not; what tells of a refusal, or of none, comes from the site."""
    refused, reason = _read_refused_availability(_part(info, "refusal"))
    for value in (info.get("live_status"), info.get("availability")):
        if isinstance(value, str) and (known := AVAILABILITY_OF_INFO.get(value)):
            return known, reason
    if refused:
        return refused, reason
    is_played = info.get("refusal") == {}
    return _read_claim(info.get("availability")) or (Availability.PUBLIC.value if is_played else ""), ""


def _read_refused_availability(refusal: dict[str, Any]) -> tuple[str, str]:
    reason, error = refusal.get("reason"), refusal.get("error")
    words = error if isinstance(error, str) else ""
    if reason == reasons.GONE:
        is_private = "private" in words.lower()
        return (Availability.PRIVATE if is_private else Availability.DELETED).value, words
    return (reason, words) if isinstance(reason, str) and reason in REFUSALS else ("", "")


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


READERS = {
    "info": _read_info,
    "video": _read_video,
    "playlist_item": _read_playlist_item,
    "refusal": _read_refusal,
}


def read_seconds(payload: dict[str, Any], *, kind: str) -> float | None:
    """Return the length of the video a payload is about, where it tells."""
    seen = read(payload, kind=kind)
    return seen.details.get("duration_seconds") if seen else None


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
        seconds = values.read_number(start, most=values.MOST_SECONDS)
        is_later = seconds is not None and (not chapters or seconds > chapters[-1][1])
        name = text.strip_control_characters(title)[:LONGEST_LINE].strip() if isinstance(title, str) else ""
        if not name or seconds is None or not is_later or len(chapters) == MOST_CHAPTERS:
            return ()
        chapters.append((name, seconds))
    return tuple(chapters)

"""The addresses that yt-dlp is given: always built anew from an id, never taken from anyone."""

import re

from ingestion.youtube import references


class NoAddressError(Exception):
    """An id that is none of YouTube's."""

    permanent = True


def watch(video_id: str) -> str:
    """Return where a video plays. Raises NoAddressError."""
    return f"{references.SITE}/watch?v={_checked(video_id, references.VIDEO_ID)}"


def uploads(channel_id: str) -> str:
    """Return where all that a channel has put up is listed, Shorts and streams too. Raises NoAddressError."""
    return f"{references.SITE}/playlist?list=UU{_checked(channel_id, references.CHANNEL_ID)[2:]}"


def search(words: str, *, most_entries: int) -> str:
    """Return what yt-dlp takes for a search of videos."""
    return f"ytsearch{most_entries}:{' '.join(words.split())}"


def _checked(text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text):
        raise NoAddressError(f"{text!r} is no id of YouTube's.")
    return text

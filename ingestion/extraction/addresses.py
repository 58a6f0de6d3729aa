"""The addresses that yt-dlp is given: always built anew from an id, never taken from anyone."""

import re

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
PLAYLIST_ID = re.compile(r"[A-Za-z0-9_-]{2,64}")
CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
HANDLE = re.compile(r"[\w.·-]{3,60}")
SITE = "https://www.youtube.com"


class NoAddressError(Exception):
    """An id that is none of YouTube's."""

    permanent = True


def watch(video_id: str) -> str:
    """Return where a video plays. Raises NoAddressError."""
    return f"{SITE}/watch?v={_checked(video_id, VIDEO_ID)}"


def playlist(playlist_id: str) -> str:
    """Return where a playlist is listed. Raises NoAddressError."""
    return f"{SITE}/playlist?list={_checked(playlist_id, PLAYLIST_ID)}"


def uploads(channel_id: str) -> str:
    """Return where all that a channel has put up is listed, Shorts and streams too. Raises NoAddressError."""
    return playlist(f"UU{_checked(channel_id, CHANNEL_ID)[2:]}")


def channel(handle: str) -> str:
    """Return the page of a channel by its handle, with or without the @. Raises NoAddressError."""
    return f"{SITE}/@{_checked(handle.removeprefix('@'), HANDLE)}/videos"


def search(words: str, *, most_entries: int) -> str:
    """Return what yt-dlp takes for a search, the newest first."""
    return f"ytsearchdate{most_entries}:{' '.join(words.split())}"


def _checked(text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text):
        raise NoAddressError(f"{text!r} is no id of YouTube's.")
    return text

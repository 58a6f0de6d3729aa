"""YouTube through yt-dlp: guarded, silent, and with a memory of what it was warned of."""

import functools
import io
from collections.abc import Callable
from typing import Any

import yt_dlp

from ingestion.extraction import guard, reasons
from ingestion.extraction.messages import Access, Alive, Event, Failed

EXTRACTORS = ["youtube", "youtube:tab", "youtube:playlist", "youtube:search", "youtube:search:date"]
# The audio alone; where a video has none of its own, the smallest file that holds some.
FORMAT = "bestaudio/worst[acodec!=none]"
LONGEST_RETRY_SECONDS = 30
SOCKET_SECONDS = 20
# What it waits between two calls for one video, and before captions, as a share of what it waits between videos.
CALL_SHARE, CAPTIONS_SHARE = 0.075, 0.5

SILENCE = "The site offers nothing to download and does not say why."

Emit = Callable[[Event], None]


class NotHadError(Exception):
    """Something was not had; holds what a worker is told of it."""

    def __init__(self, failure: Failed) -> None:
        super().__init__(failure.error)
        self.failure = failure


class _Listener:
    """Takes what yt-dlp says: a worker hears that it goes on, warnings are kept."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        self._emit(Alive())

    def warning(self, message: str) -> None:
        self.warnings.append(reasons.clean(message))
        self._emit(Alive())

    def error(self, message: str) -> None:
        self._emit(Alive())


class Site(yt_dlp.YoutubeDL):  # type: ignore[misc]
    """yt-dlp that reaches the site's own hosts alone and starts no other program for a download."""

    def __init__(self, access: Access, *, emit: Emit, **options: Any) -> None:
        self._access = access
        self._listener = _Listener(emit)
        super().__init__(_options(access) | {"logger": self._listener} | options)

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
        handler = functools.partial(guard.GuardedRH, loopback=self._access.loopback)
        return super().build_request_director([handler])

    def look_up(self, address: str, *, process: bool = False) -> dict[str, Any]:
        """Return what the site tells of an address. Raises NotHadError."""
        self._listener.warnings.clear()
        try:
            info: dict[str, Any] | None = self.extract_info(address, download=False, process=process)
        except Exception as error:
            raise NotHadError(self.explain(error)) from error
        if info is None:
            raise NotHadError(self.explain(ValueError("nothing was told of it")))
        return info

    def explain(self, error: BaseException | None, **details: Any) -> Failed:
        """Return what a worker is told of an error, or of the last warning where there is none."""
        warnings = self._listener.warnings
        text = reasons.clean(str(error) or type(error).__name__) if error else ""
        named = {"reason": reasons.name(text, warnings), "error": text or next(reversed(warnings), SILENCE)}
        return Failed(**named | details)


def _options(access: Access) -> dict[str, Any]:
    sleep = access.sleep_seconds
    return {
        "allowed_extractors": EXTRACTORS,
        "format": FORMAT,
        "format_sort": ["lang"],  # the lecture as it was held, before any dubbing of it
        "noplaylist": True,
        # A video that cannot be played tells the rest of itself all the same: when it begins, for one.
        "ignore_no_formats_error": True,
        # Neither a program that fetches by itself, past the guard, nor one that converts.
        "external_downloader": {"default": "native"},
        "ffmpeg_location": "/nowhere",
        "fixup": "never",
        "proxy": access.proxy,  # empty: none, not even that of the environment
        "cookiefile": io.StringIO(access.cookies) if access.cookies else None,
        "cachedir": access.cache_dir or False,
        "ratelimit": access.bytes_per_second or None,
        "sleep_interval": sleep or None,
        "max_sleep_interval": 2 * sleep or None,
        "sleep_interval_requests": CALL_SHARE * sleep,
        "retry_sleep_functions": dict.fromkeys(("http", "fragment", "extractor"), _pause(sleep)),
        "socket_timeout": SOCKET_SECONDS,
        "retries": 5,
        "fragment_retries": 5,
        "noprogress": True,
        "updatetime": False,
        "color": "never",
    }


def _pause(sleep_seconds: float) -> Callable[[int], float]:
    """Return how long to wait before another try: longer each time, and not at all where nothing is waited for."""
    return lambda n: min(sleep_seconds * CALL_SHARE * 2**n, LONGEST_RETRY_SECONDS)

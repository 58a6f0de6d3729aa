"""How the settings say that YouTube is reached."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from ingestion.extraction.messages import Access


class CookiesError(Exception):
    """A cookies file that cannot be read."""

    permanent = False


def make(*, attempt: int = 0) -> Access:
    """Return how an attempt reaches the site: every attempt takes the next proxy. Raises CookiesError."""
    proxies = settings.YT_DLP_PROXIES
    return Access(
        cookies=_read_cookies(),
        proxy=proxies[attempt % len(proxies)] if proxies else "",
        sleep_seconds=settings.YT_DLP_SLEEP_SECONDS,
        bytes_per_second=settings.YT_DLP_KIB_PER_SECOND * 1024,
        cache_dir=str(settings.VAR_DIR / "yt_dlp"),
        loopback=getattr(settings, "YT_DLP_LOOPBACK", ""),  # tests alone have it,
    )


def cookies_written_at() -> datetime | None:
    """Return when the cookies file was written last; nothing where none is set or there."""
    path = settings.YT_DLP_COOKIES_FILE
    try:
        return datetime.fromtimestamp(Path(path).stat().st_mtime, tz=UTC) if path else None
    except OSError:
        return None


def _read_cookies() -> str:
    path = settings.YT_DLP_COOKIES_FILE
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace") if path else ""
    except OSError as error:
        raise CookiesError(f"The cookies file cannot be read: {error.strerror}.") from error

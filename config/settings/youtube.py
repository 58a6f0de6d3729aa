"""YouTube: what may be spent, how long it is kept, how audio is fetched."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import value, whole_number, yes_or_no

# The country whose restrictions count, as in ISO 3166-1; empty: none does.
YOUTUBE_REGION = value("YOUTUBE_REGION", "").upper()
YOUTUBE_API_KEY = value("YOUTUBE_API_KEY", "")
YOUTUBE_API_ENDPOINT = value("YOUTUBE_API_ENDPOINT", "https://youtube.googleapis.com/").rstrip("/") + "/"
# Units a day by bucket, as the console of the key's project shows them, and the share Lectern may spend.
YOUTUBE_DAILY_UNITS = {
    "general": whole_number("YOUTUBE_DAILY_UNITS", 10_000),
    "search": whole_number("YOUTUBE_DAILY_SEARCHES", 100),
    "statistics": whole_number("YOUTUBE_DAILY_STATISTICS", 10_000),
}
YOUTUBE_SPEND_PERCENT = whole_number("YOUTUBE_SPEND_PERCENT", 100)

# Data of others: refreshed within so many days or purged, and purged so many days after it has gone; 0 for never.
RETENTION_DAYS = whole_number("RETENTION_DAYS", 30)
WITHDRAWAL_DAYS = whole_number("WITHDRAWAL_DAYS", 7)
# Whether totals of purged videos stay, under names that lead back to nobody.
KEEP_STATISTICS = yes_or_no("KEEP_STATISTICS", "no")
YOUTUBE_OWN_CHANNELS = value("YOUTUBE_OWN_CHANNELS", "").replace(",", " ").split()

# Audio, captions and, without a key, metadata come through yt-dlp.
YT_DLP_PARALLEL = whole_number("YT_DLP_PARALLEL", 1)
YT_DLP_SLEEP_SECONDS = whole_number("YT_DLP_SLEEP_SECONDS", 10)
YT_DLP_KIB_PER_SECOND = whole_number("YT_DLP_KIB_PER_SECOND", 0)
YT_DLP_COOKIES_FILE = value("YT_DLP_COOKIES_FILE", "")
YT_DLP_PROXIES = value("YT_DLP_PROXIES", "").replace(",", " ").split()
YT_DLP_LANGUAGES = value("YT_DLP_LANGUAGES", "").replace(",", " ").split()
YT_DLP_LEAST_FREE_MIB = whole_number("YT_DLP_LEAST_FREE_MIB", 2048)
# Tests let a server on this machine stand in for YouTube, in Python: an installation never does.
if "YT_DLP_LOOPBACK" in os.environ:
    raise ImproperlyConfigured("YT_DLP_LOOPBACK is for tests alone: take it out of the environment and of .env.")

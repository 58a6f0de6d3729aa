"""Why something was not had, named from yt-dlp's own words and YouTube's.

Where the words stand in yt-dlp (2026.10.26), under `extractor/youtube/` where no other path is given:
cookies rotated `_base.py` `_request_webpage`, unreadable `cookies.py` `load_cookies`; rate limit, captcha and
`subreason` of a country `_video.py` `_real_extract`; blocked address `_video.py` `_extract_player_responses`; age
`_video.py` `_is_agegated`; formats `YoutubeDL.py` `process_video_result` and `raise_no_formats`; the disk
`utils/_utils.py` `XAttrMetadataError` and the operating system; HTTP `networking/exceptions.py`. YouTube's own
reasons (`playabilityStatus`) reach the error as they are.
"""

import re
from collections.abc import Sequence

BOT_CHECK = "bot_check"
COOKIES_EXPIRED = "cookies_expired"
RATE_LIMITED = "rate_limited"
REGION_BLOCKED = "region_blocked"
GONE = "gone"
AGE_LIMITED = "age_limited"
MEMBERS_ONLY = "members_only"
UPCOMING = "upcoming"
LIVE = "live"
DISK_FULL = "disk_full"
WRONG_LENGTH = "wrong_length"
NO_AUDIO = "no_audio"
FORBIDDEN_ADDRESS = "forbidden_address"
NETWORK = "network"
UNKNOWN = "unknown"

# The first that is found wins: what is more particular stands before what is more general.
WORDS = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        (COOKIES_EXPIRED, "cookies are no longer valid|failed to load cookies|netscape format cookies"),
        (DISK_FULL, r"no space left|disk quota exceeded|\[errno 28\]"),
        (FORBIDDEN_ADDRESS, r"is not allowed|no suitable extractor|unsupported url|http error 30\d"),
        (RATE_LIMITED, "http error 429|too many requests|has been rate-limited|try again later"),
        (BOT_CHECK, "not a bot|captcha|ip is likely being blocked|unusual traffic|please sign in"),
        (AGE_LIMITED, "confirm your age|age.restricted|inappropriate for some users"),
        (MEMBERS_ONLY, "members.only|members on level|join this channel|premium members|requires payment"),
        (REGION_BLOCKED, "geo.?restrict|in your (country|location)"),
        (UPCOMING, "premieres? in|premiere will begin|live event will begin"),
        (NO_AUDIO, "requested format is not available|no video formats|drm protected"),
        (GONE, "private video|video is private|has been removed|been deleted|does not exist|terminated"),
        (GONE, "failed to resolve url"),
        (GONE, "(video|content) ((is|isn.t) )?(unavailable|no longer available|not available|available any)"),
        (NETWORK, r"http error \d|timed? ?out|connection|resolve|bytes read|more expected|ssl|content too short"),
        (NETWORK, r"giving up|expected \d+ bytes|did not get any data"),
    )
)
CURED_BY_COOKIES = {BOT_CHECK, AGE_LIMITED, MEMBERS_ONLY, UNKNOWN}
LONGEST_SAID, LONGEST = 2000, 500

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
OBJECT = re.compile(r"<\S+ object at 0x\w+>")  # how yt-dlp calls cookies that come from no file
PREFIX = re.compile(r"^(ERROR: )?(\[[\w:+]+\] )?([\w-]{11}: )?")
# yt-dlp's advice to people at a command line, which is none here.
ADVICE = re.compile(
    r"\s*(; please report this issue|Use --cookies|See  https|You might want to|It is recommended to).*", re.DOTALL
)
ADDRESS = re.compile(r"(\w+://)(?:[^\s/@]*@)?([^\s/?#'\"]+)([^\s?#'\"]*)\S*")


def name(error: str, warnings: Sequence[str] = ()) -> str:
    """Return the reason that an error names, else that of the latest warning before it that names one."""
    found = _find(error)
    if found in CURED_BY_COOKIES and any(_find(warning) == COOKIES_EXPIRED for warning in warnings):
        return COOKIES_EXPIRED
    if found != UNKNOWN:
        return found
    return next((named for warning in reversed(warnings) if (named := _find(warning)) != UNKNOWN), UNKNOWN)


def clean(text: str) -> str:
    """Return an error as people may read it: no colours, no advice, no passwords and signatures of addresses."""
    text = PREFIX.sub("", ADVICE.sub("", ESCAPES.sub("", text[:LONGEST_SAID])).strip())
    return ADDRESS.sub(r"\1\2\3", OBJECT.sub("The cookies file", text))[:LONGEST]


def _find(text: str) -> str:
    return next((reason for reason, pattern in WORDS if pattern.search(text)), UNKNOWN)

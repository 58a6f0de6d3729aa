"""The words are yt-dlp's own and YouTube's: the errors are raised as yt-dlp raises them."""

import pytest
from yt_dlp.cookies import CookieLoadError
from yt_dlp.networking.exceptions import IncompleteRead, NoSupportingHandlers, TransportError
from yt_dlp.utils import (
    ContentTooShortError,
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    UnavailableVideoError,
)

from ingestion.extraction import guard, reasons
from ingestion.models import FetchReason

HINT = (
    ". Use --cookies-from-browser or --cookies for the authentication. See  https://github.com/yt-dlp/yt-dlp/wiki/FAQ"
    "#how-do-i-pass-cookies-to-yt-dlp  for how to manually pass cookies"
)
LIMITED = (
    "Video unavailable. This content isn\u2019t available, try again later. The current session has been rate-"
    "limited by YouTube for up to an hour. It is recommended to use `-t sleep` to add a delay between videos"
)


def said(text):
    return ExtractorError(text, expected=True, video_id="lecture-001", ie="youtube")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (said(f"Sign in to confirm you\u2019re not a bot{HINT}"), "bot_check"),
        (said(f"Please sign in{HINT}"), "bot_check"),
        (said("All player responses are invalid. Your IP is likely being blocked by Youtube"), "bot_check"),
        (said("Video unavailable. YouTube is requiring a captcha challenge before playback"), "bot_check"),
        (said("Unable to download webpage: HTTP Error 429: Too Many Requests"), "rate_limited"),
        (said(LIMITED), "rate_limited"),
        (GeoRestrictedError("The uploader has not made this video available in your country"), "region_blocked"),
        (
            said("Video unavailable. This video contains content from X, who has blocked it in your country"),
            "region_blocked",
        ),
        (said(f"Private video. Sign in if you've been granted access to this video{HINT}"), "gone"),
        (said("Video unavailable. This video has been removed by the uploader"), "gone"),
        (said("This video is no longer available because the YouTube account has been terminated."), "gone"),
        (said("This video isn't available anymore"), "gone"),
        (said("Video unavailable"), "gone"),
        (said("The playlist does not exist."), "gone"),
        (said("Failed to resolve url (does the playlist exist?)"), "gone"),
        (
            said(f"Sign in to confirm your age. This video may be inappropriate for some users{HINT}"),
            "age_limited",
        ),
        (said("Join this channel to get access to members-only content like this video"), "members_only"),
        (
            said("This video is available to this channel's members on level: Gold (or any higher level)."),
            "members_only",
        ),
        (said("This video is only available to Music Premium members"), "members_only"),
        (said("Premieres in 3 hours"), "upcoming"),
        (said("This live event will begin in 2 days."), "upcoming"),
        (CookieLoadError("failed to load cookies"), "cookies_expired"),
        (UnavailableVideoError(OSError(28, "No space left on device")), "disk_full"),
        (DownloadError("unable to write data: [Errno 28] No space left on device"), "disk_full"),
        (
            said("Requested format is not available. Use --list-formats for a list of available formats"),
            "no_audio",
        ),
        (said("This video is DRM protected"), "no_audio"),
        (ExtractorError("Unable to download API page", cause=TransportError("timed out")), "network"),
        (DownloadError("unable to download video data: HTTP Error 403: Forbidden"), "network"),
        (said("HTTP Error 503: Service Unavailable"), "network"),
        (IncompleteRead(10, 20), "network"),
        (ContentTooShortError(10, 20), "network"),
        (guard.RefusedAddressError("http://127.0.0.1 is not allowed"), "forbidden_address"),
        (DownloadError("No suitable extractor found for URL http://127.0.0.1/a.webm"), "forbidden_address"),
        (NoSupportingHandlers([], [ValueError()]), "unknown"),
        (said("Some words that nobody has seen before"), "unknown"),
    ],
)
def test_every_error_has_a_name(error, reason):
    assert reasons.name(reasons.clean(str(error))) == reason


def test_every_name_is_one_that_a_fetch_can_have():
    assert {reason for reason, _ in reasons.WORDS} < set(FetchReason.values)
    assert {reasons.LIVE, reasons.WRONG_LENGTH, reasons.UNKNOWN} < set(FetchReason.values)


def test_an_error_without_a_name_is_that_of_the_warning_before_it():
    warnings = ["HTTP Error 404: Not Found", "HTTP Error 429: Too Many Requests", "Incomplete data received"]
    assert reasons.name("Failed to extract any player response", warnings) == "rate_limited"


def test_a_warning_does_not_outdo_what_the_error_says():
    assert reasons.name("Private video", ["HTTP Error 429: Too Many Requests"]) == "gone"


def test_rotated_cookies_are_why_the_site_wants_proof_of_a_person():
    warnings = ["The provided YouTube account cookies are no longer valid. They have likely been rotated"]
    assert reasons.name("Sign in to confirm you\u2019re not a bot", warnings) == "cookies_expired"
    assert reasons.name("Private video", warnings) == "gone"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("\x1b[0;31mERROR:\x1b[0m [youtube] -lecture_01: Private video", "Private video"),
        (f"Please sign in{HINT}", "Please sign in."),
        ("x; please report this issue on  https://github.com , filling out", "x"),
        ("cannot reach socks5://user:secret@proxy:1080", "cannot reach socks5://proxy:1080"),
        ("HTTP 403 at https://rr1.googlevideo.com/videoplayback?sig=secret&ip=1.2.3.4 today", "HTTP 403 at "
         "https://rr1.googlevideo.com/videoplayback today"),
    ],
)  # fmt: skip
def test_what_people_read_is_short_and_holds_no_secret(said, kept):
    assert reasons.clean(said) == kept


def test_a_very_long_error_is_cut():
    assert len(reasons.clean("a" * 10_000)) == reasons.LONGEST

"""What the Data API's errors mean: try again, wait for the reset, change the key, or nothing is there.

Reasons are those of https://developers.google.com/youtube/v3/docs/errors; bodies differ, and some are no JSON.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, ClassVar

LONGEST_MESSAGE = 300
# How the error of a call begins whose method, or whose place in a list, the server does not know.
UNKNOWN_METHOD = "unknownMethod"
PAGE_TOKEN = "invalidPageToken"  # noqa: S105  no secret

TRANSIENT = {"rateLimitExceeded", "userRateLimitExceeded", "backendError", "internalError", "processingFailure"}
SPENT = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
KEY_REFUSED = {
    "keyInvalid",
    "keyExpired",
    "API_KEY_INVALID",
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "SERVICE_DISABLED",
    "accessNotConfigured",
    "ipRefererBlocked",
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
}
NOTHING_THERE = {
    "channelClosed",
    "channelNotFound",
    "channelSuspended",
    "commentsDisabled",
    "playlistForbidden",
    "playlistItemsNotAccessible",
    "playlistNotFound",
    "videoNotFound",
}


class YouTubeError(Exception):
    """A reply that is an error; `reason` is the API's own word for it."""

    permanent: ClassVar[bool] = True

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason


class TransientError(YouTubeError):
    """YouTube or the way to it fails for now: try again."""

    permanent = False


class UnreachableError(TransientError):
    """The call has not reached YouTube: it costs nothing."""


class QuotaExceededError(YouTubeError):
    """The bucket is empty: nothing but the reset fills it."""

    permanent = False


class KeyRefusedError(YouTubeError):
    """The key, or what it is allowed, is wrong: a person has to act."""


class NothingThereError(YouTubeError):
    """What was asked about does not exist or shows nothing: an empty result."""


class UnknownMethodError(YouTubeError):
    """The server does not know the method."""


class PageTokenError(YouTubeError):
    """The place in a list is no more known: the list is to be read from its start."""


class RefusedError(YouTubeError):
    """Any other reply that asking again would not change."""


def read_error(*, status: int, content: bytes) -> YouTubeError:
    """Return what an error reply means."""
    error = _error_in(content)
    reasons = list(_reasons_in(error))
    message = _plain(error.get("message"))
    found = _class_of(status, reasons, message)
    if found is UnknownMethodError:
        return found(UNKNOWN_METHOD, message)
    known = next((each for each in reasons if each in _NAMED.get(found, ())), "")
    return found(known or (reasons[0] if reasons else f"HTTP {status}"), message)


_NAMED = {
    TransientError: TRANSIENT,
    QuotaExceededError: SPENT,
    KeyRefusedError: KEY_REFUSED,
    NothingThereError: NOTHING_THERE,
}


def _class_of(status: int, reasons: list[str], message: str) -> type[YouTubeError]:
    told = set(reasons)
    # The buckets of their own say it as the cloud does: 429, and which limit a day has.
    if told & SPENT or (status in {403, 429} and "per day" in message):
        return QuotaExceededError
    if status == 429 or status >= 500 or told & TRANSIENT:
        return TransientError
    if told & NOTHING_THERE:
        return NothingThereError
    if told & KEY_REFUSED or status == 401:
        return KeyRefusedError
    if PAGE_TOKEN in told:
        return PageTokenError
    if status == 404 and not told - {"notFound", "NOT_FOUND", "UNIMPLEMENTED"}:
        return UnknownMethodError
    return RefusedError


def _error_in(content: bytes) -> dict[str, Any]:
    """Return the error of a body, empty where it holds none: proxies answer in HTML."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if isinstance(body, list):
        body = next((each for each in body if isinstance(each, dict)), {})
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return {"status": error, "message": body.get("error_description")}
    return error if isinstance(error, dict) else {}


def _reasons_in(error: dict[str, Any]) -> Iterator[str]:
    """Yield the reasons an error gives, wherever it gives them, the most telling first."""
    for name in ("errors", "details"):
        entries = error.get(name)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("reason"), str) and entry["reason"]:
                yield entry["reason"]
    if isinstance(error.get("status"), str) and error["status"]:
        yield error["status"]


def _plain(message: Any) -> str:
    """Return a message as one line without markup."""
    text = re.sub(r"<[^<>]*>", "", message[:4096]) if isinstance(message, str) else ""
    return " ".join(text.split())[:LONGEST_MESSAGE]

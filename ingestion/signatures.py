"""Proof that a body was sent by who holds the secret, and lately: HMAC-SHA256 over its time and its bytes."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

SECONDS = re.compile(r"\d{1,12}", re.ASCII)
# A clock may be wrong, and a message on its way, by so much.
WINDOW = timedelta(minutes=5)


class BadSignatureError(Exception):
    """A body that was not signed, wrongly, or not lately."""

    permanent = True


def sign(body: bytes, *, secret: str, timestamp: str) -> str:
    """Return the signature of a body: hexadecimal, over the seconds since 1970, a full stop and the bytes."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def check(body: bytes, *, secret: str, timestamp: str, signature: str, now: datetime) -> None:
    """Raise BadSignatureError unless a body is signed, within the window."""
    expected = sign(body, secret=secret, timestamp=timestamp)
    if not hmac.compare_digest(expected.encode(), signature.strip().lower().encode()):
        raise BadSignatureError("The signature does not fit the body and its time.")
    if not SECONDS.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise BadSignatureError("The time of the signature is not now.")

"""What a person may paste: an address of YouTube in any of its forms, an id, or an @handle.

Nothing of an address is kept but the id it names; the address Lectern goes to is built anew from that.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, quote_plus, unquote, urlsplit

from django.utils.translation import gettext as _

from ingestion.models import SubjectKind

SITE = "https://www.youtube.com"
HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"}
EMBED_HOSTS = {"youtube-nocookie.com", "www.youtube-nocookie.com"}
SHORT_HOST = "youtu.be"
LONGEST_TEXT = 2048
LONGEST_QUERY = 200

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}", re.ASCII)
CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}", re.ASCII)
PLAYLIST_ID = re.compile(r"(PL|UU|OL|FL|EC)[A-Za-z0-9_-]{10,62}", re.ASCII)
# Made anew for each viewer, or theirs alone: watch later, liked, history.
PERSONAL_LIST = re.compile(r"(RD[A-Za-z0-9_-]*|WL|LL|LM|HL)", re.ASCII)
NAME = re.compile(r"[\w.·-]{1,100}")
HANDLE = re.compile(r"@[\w.·-]{3,30}")
VIDEO_FOLDERS = {"shorts", "live", "embed", "v", "e"}


class InvalidReferenceError(Exception):
    """A text that names nothing on YouTube that can be followed; the message says why, in one sentence."""

    permanent = True


@dataclass(frozen=True)
class Reference:
    """A channel, playlist, video or search. A channel's value is an id, an @handle, `user/name` or `c/name`."""

    kind: SubjectKind
    value: str

    @property
    def url(self) -> str:
        """Return the address of it, built anew."""
        if self.kind == SubjectKind.VIDEO:
            return f"{SITE}/watch?v={self.value}"
        if self.kind == SubjectKind.PLAYLIST:
            return f"{SITE}/playlist?list={self.value}"
        if self.kind == SubjectKind.SEARCH:
            return f"{SITE}/results?search_query={quote_plus(self.value)}"
        folder = "channel/" if CHANNEL_ID.fullmatch(self.value) else ""
        return f"{SITE}/{folder}{quote(self.value, safe='/@')}"


def parse(text: str) -> Reference:
    """Return what a pasted text names. Raises InvalidReferenceError."""
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT or not text.isprintable() or any(map(str.isspace, text)):
        raise InvalidReferenceError(_("Paste one address of YouTube, one id or one @handle."))
    reference = _find_plain(text)
    if reference is None and _is_address(text):
        reference = _find_in_address(_split(text))
    if reference is None:
        raise InvalidReferenceError(
            _("“%(text)s” names no channel, playlist or video of YouTube.") % {"text": text[:100]}
        )
    return reference


def search_for(words: str) -> Reference:
    """Return the reference of a search. Raises InvalidReferenceError."""
    words = " ".join(words.split())
    if not words or len(words) > LONGEST_QUERY or not words.isprintable():
        raise InvalidReferenceError(_("Give at most 200 letters to search for."))
    return Reference(SubjectKind.SEARCH, words)


def _find_plain(text: str) -> Reference | None:
    """Return what an id or an @handle names."""
    if HANDLE.fullmatch(text):
        return Reference(SubjectKind.CHANNEL, text.lower())
    if VIDEO_ID.fullmatch(text):
        return Reference(SubjectKind.VIDEO, text)
    if CHANNEL_ID.fullmatch(text):
        return Reference(SubjectKind.CHANNEL, text)
    if PLAYLIST_ID.fullmatch(text):
        return Reference(SubjectKind.PLAYLIST, text)
    return None


def _is_address(text: str) -> bool:
    return "/" in text or ":" in text


def _split(text: str) -> SplitResult:
    try:
        url = urlsplit(text if "://" in text else f"https://{text.removeprefix('//')}")
        port = url.port
    except ValueError:
        raise InvalidReferenceError(_("This address cannot be read.")) from None
    if url.scheme not in {"http", "https"}:
        raise InvalidReferenceError(_("An address of YouTube begins with https."))
    if port is not None or "@" in url.netloc or (url.hostname or "") not in {*HOSTS, *EMBED_HOSTS, SHORT_HOST}:
        raise InvalidReferenceError(_("This address does not lead to YouTube."))
    return url


def _find_in_address(url: SplitResult) -> Reference | None:
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    path = [unquote(part) for part in url.path.split("/") if part]
    if url.hostname == SHORT_HOST:
        return _video(path[0]) if path else None
    if not path:
        return None
    if path[0] == "watch" and "v" in query:
        return _video(query["v"])
    if path[0] in {"playlist", "watch"} or path[:2] == ["embed", "videoseries"]:
        return _playlist(query.get("list", ""))
    if path[0] in VIDEO_FOLDERS and len(path) > 1:
        return _video(path[1])
    if path[0] == "results":
        return search_for(query.get("search_query", ""))
    return _channel(path)


def _video(text: str) -> Reference | None:
    return Reference(SubjectKind.VIDEO, text) if VIDEO_ID.fullmatch(text) else None


def _playlist(text: str) -> Reference | None:
    if PERSONAL_LIST.fullmatch(text):
        raise InvalidReferenceError(_("This list is made for each viewer, and nobody else can follow it."))
    return Reference(SubjectKind.PLAYLIST, text) if PLAYLIST_ID.fullmatch(text) else None


def _channel(path: list[str]) -> Reference | None:
    if HANDLE.fullmatch(path[0]):
        return Reference(SubjectKind.CHANNEL, path[0].lower())
    if path[0] == "channel" and len(path) > 1 and CHANNEL_ID.fullmatch(path[1]):
        return Reference(SubjectKind.CHANNEL, path[1])
    if path[0] in {"c", "user"} and len(path) > 1 and NAME.fullmatch(path[1]):
        return Reference(SubjectKind.CHANNEL, f"{path[0]}/{path[1].lower()}")
    return None

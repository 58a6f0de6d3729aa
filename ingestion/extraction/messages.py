"""What a worker and its yt-dlp process tell each other: one JSON object a line."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

AUDIO, CAPTIONS = "audio", "captions"


@dataclass(frozen=True)
class Access:
    """How the site is reached."""

    cookies: str = field(default="", repr=False)  # the text of a Netscape cookies file
    proxy: str = field(default="", repr=False)
    # Waited before each download, up to twice as long; less between the calls for one video.
    sleep_seconds: float = 0
    bytes_per_second: int = 0  # 0: as fast as it comes
    cache_dir: str = ""  # of YouTube's player code
    loopback: str = ""  # host:port of a server that stands in for the site, in tests alone


@dataclass(frozen=True)
class AudioOrder:
    """Download the audio and the captions of one video into a folder."""

    address: str
    folder: str
    access: Access
    wants_audio: bool = True
    # The languages captions are wanted in besides the original one, and those that are here already.
    languages: tuple[str, ...] = ()
    held_languages: tuple[str, ...] = ()
    expected_seconds: float | None = None
    least_free_bytes: int = 0


@dataclass(frozen=True)
class InfoOrder:
    """Tell what is known of some videos."""

    addresses: tuple[str, ...]
    access: Access


@dataclass(frozen=True)
class ListingOrder:
    """Tell what a channel or playlist lists, at most so many of it; 0 is all."""

    address: str
    access: Access
    most_entries: int = 0


@dataclass(frozen=True)
class Alive:
    """Nothing to tell, but it goes on."""


@dataclass(frozen=True)
class Progress:
    """Bytes come so far, of those announced."""

    done_bytes: int
    total_bytes: int | None = None


@dataclass(frozen=True)
class Fetched:
    """A file that has come whole."""

    kind: str
    path: str
    language: str = ""


@dataclass(frozen=True)
class Described:
    """What is known of a video or of a listing."""

    info: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """What was not had and why: a value of `FetchReason`, the site's own words, when it begins if announced."""

    reason: str
    error: str
    video_id: str = ""
    kind: str = AUDIO
    starts_at: float | None = None


Order = AudioOrder | InfoOrder | ListingOrder
Event = Alive | Progress | Fetched | Described | Failed
Message = Order | Event

TYPES: dict[str, Any] = {
    each.__name__: each
    for each in (AudioOrder, InfoOrder, ListingOrder, Alive, Progress, Fetched, Described, Failed)
}


def encode(message: Message) -> bytes:
    """Return a message as one line."""
    return json.dumps({"type": type(message).__name__, **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Any:
    """Return the message of a line. Raises ValueError for a line that is none."""
    try:
        fields = json.loads(line)
        cls = TYPES[fields.pop("type")]
        if "access" in fields:
            fields["access"] = Access(**fields["access"])
        return cls(**{name: _freeze(value) for name, value in fields.items()})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no message: {error}") from None


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

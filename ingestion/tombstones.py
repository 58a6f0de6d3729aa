"""Tombstones in the lake: who was removed, when and why, so that no replay brings anyone back."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.files.base import ContentFile

from ingestion.lake import lake
from ingestion.models import RemovalCause, Video

FOLDER = "tombstones"


class BrokenTombstoneError(Exception):
    """A tombstone that cannot be read: nothing may be brought back before it can."""

    permanent = True


@dataclass(frozen=True)
class Tombstone:
    """What is left of a removed video."""

    video_id: str
    reason: str
    removed_at: datetime
    cause: str = RemovalCause.REQUEST

    @property
    def key(self) -> str:
        return f"{FOLDER}/{self.video_id}.json"


def write(video: Video) -> None:
    """Write the tombstone of a removed video; writing it again writes the same."""
    if video.removed_at is None:
        raise ValueError(f"video {video.video_id} is not removed")
    cause = video.removal_cause or RemovalCause.REQUEST
    stone = Tombstone(video.video_id, video.removal_reason, video.removed_at, str(cause))
    text = json.dumps(asdict(stone) | {"removed_at": stone.removed_at.isoformat()}, ensure_ascii=False)
    lake().save(stone.key, ContentFile(text.encode()))


def read_all() -> Iterator[Tombstone]:
    """Yield the tombstones that lie in the lake. Raises BrokenTombstoneError."""
    for found in lake().list_objects(FOLDER):
        with lake().open(found.key) as stored:
            yield _parse(stored.read(), key=found.key)


def _parse(content: bytes, *, key: str) -> Tombstone:
    try:
        told = json.loads(content)
        removed_at = datetime.fromisoformat(told["removed_at"])
        # Older ones do not say it: then only a person could remove a video.
        cause = RemovalCause(told.get("cause", RemovalCause.REQUEST))
        return Tombstone(told["video_id"], told["reason"], removed_at, cause)
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenTombstoneError(f"{key} is no tombstone: {error!r}") from None

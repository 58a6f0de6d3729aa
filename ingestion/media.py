"""Audio and captions: their bytes in the lake, a row for each distinct file."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.files.base import File

from ingestion import sources
from ingestion.lake import lake
from ingestion.models import MediaFile, Video

# As `keep_file` names objects; a language may hold dashes itself.
KEY = re.compile(
    r"(?P<kind>audio|captions)/(?P<video_id>[^/]+)/((?P<language>[^/]+)-)?(?P<sha256>[0-9a-f]{64})(\.[^/]*)?"
)


@dataclass(frozen=True)
class Name:
    """What the key of a file says of it."""

    video_id: str
    kind: str
    language: str
    sha256: str


def read_key(key: str) -> Name | None:
    """Return what a key says, None where it is of no media file."""
    named = KEY.fullmatch(key)
    return Name(named["video_id"], named["kind"], named["language"] or "", named["sha256"]) if named else None


def keep_file(file: sources.Media, *, video: Video, now: datetime) -> bool:
    """Copy a file to the lake and add its row; return whether it is new.

    The key is made of the content, so what a process wrote before it died is written again in its place.
    """
    digest = sha256_of_file(file.path)
    known = MediaFile.objects.filter(video=video, kind=file.kind, language=file.language, sha256=digest)
    if known.exists():
        return False
    name = f"{file.language}-{digest}" if file.language else digest
    key = f"{file.kind}/{file.video_id}/{name}{file.path.suffix.lower()}"
    with file.path.open("rb") as stream:
        lake().save(key, File(stream))
    MediaFile.objects.create(
        video=video,
        kind=file.kind,
        language=file.language,
        lake_key=key,
        sha256=digest,
        byte_count=file.path.stat().st_size,
        fetched_at=now,
    )
    return True


def sha256_of_file(path: Path) -> str:
    """Return the digest of a file as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""Recordings for the player: the file a lecture is heard from, and its bytes, a block at a time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core.files.base import File
from django.db.models import Case, Value, When

from ingestion.lake import lake
from ingestion.models import MediaFile, MediaKind, Video
from transcripts.models import Transcription
from transcripts.ranges import Span

BLOCK_BYTES = 256 * 1024
CONTENT_TYPES = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mka": "audio/x-matroska",
    ".mkv": "video/x-matroska",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".wma": "audio/x-ms-wma",
}


def find_recording(video: Video) -> MediaFile | None:
    """Return the file whose transcript is shown, so that both are in step, else the newest.

    None for what plays on YouTube: of it only the hearing is ours.
    """
    if video.is_on_youtube:
        return None
    heard = Transcription.objects.preferred().filter(video=video).values("media_sha256")
    is_heard = Case(When(sha256__in=heard, then=Value(0)), default=Value(1))
    files = MediaFile.objects.filter(video=video, kind=MediaKind.AUDIO)
    return files.order_by(is_heard, "-fetched_at", "-pk").first()


def name_content_type(media: MediaFile) -> str:
    return CONTENT_TYPES.get(PurePath(media.lake_key).suffix, "application/octet-stream")


def open_bytes(media: MediaFile) -> "File[Any]":
    """Return the object opened. Raises FileNotFoundError where the lake no longer holds it."""
    return lake().open(media.lake_key)


@dataclass(frozen=True)
class Blocks:
    """The bytes of a span of an open file, for a server that takes them one block after another."""

    file: "File[Any]"
    span: Span

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.span.first)
        left = self.span.byte_count
        while block := self.file.read(min(BLOCK_BYTES, left)):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()


@dataclass(frozen=True)
class AsyncBlocks:
    """The same for an event loop, each block read in a thread."""

    file: "File[Any]"
    span: Span

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self.span.byte_count
        try:
            await asyncio.to_thread(self.file.seek, self.span.first)
            while block := await asyncio.to_thread(self.file.read, min(BLOCK_BYTES, left)):
                left -= len(block)
                yield block
        finally:
            self.file.close()  # the listener may leave in the middle

    def close(self) -> None:
        self.file.close()

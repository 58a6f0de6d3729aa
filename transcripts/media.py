"""Recordings for the player: the file a lecture is heard from, and its bytes, a block at a time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import PurePath

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


def is_in_lake(media: MediaFile) -> bool:
    return lake().exists(media.lake_key)


@dataclass(frozen=True)
class Blocks:
    """The bytes of a span of a recording, for a server that takes them one block after another."""

    media: MediaFile
    span: Span

    def __iter__(self) -> Iterator[bytes]:
        left = self.span.byte_count
        with lake().open(self.media.lake_key) as file:
            file.seek(self.span.first)
            while block := file.read(min(BLOCK_BYTES, left)):
                left -= len(block)
                yield block


@dataclass(frozen=True)
class AsyncBlocks:
    """The same for an event loop, each block read in a thread."""

    media: MediaFile
    span: Span

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self.span.byte_count
        file = await asyncio.to_thread(lake().open, self.media.lake_key)
        try:
            await asyncio.to_thread(file.seek, self.span.first)
            while block := await asyncio.to_thread(file.read, min(BLOCK_BYTES, left)):
                left -= len(block)
                yield block
        finally:
            file.close()  # a listener may leave in the middle

"""Rows and sounds that the tests of this app stand on."""

import hashlib
import wave
from pathlib import Path

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone

from ingestion.lake import lake
from ingestion.models import Availability, MediaFile, MediaKind, Video
from transcripts import transcribers
from transcripts.audio import SAMPLE_RATE
from transcripts.models import State, Transcription

CAPTIONS = b"""WEBVTT
Language: en

00:00:00.200 --> 00:00:05.000
And so, my fellow Americans: ask not

00:00:05.000 --> 00:00:10.600
what your country can do for you, ask what you can do for your country.
"""


def make_video(video_id: str = "lecture-01") -> Video:
    return Video.objects.create(video_id=video_id, title="A lecture", is_on_youtube=False)


def remove(video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(
        availability=Availability.REMOVED, removed_at=timezone.now(), title=""
    )


def make_media(video: Video, content: bytes, *, kind=MediaKind.AUDIO, suffix=".flac", language="en") -> MediaFile:
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"media/{video.video_id}/{sha256}{suffix}"
    lake().save(key, ContentFile(content))
    return MediaFile.objects.create(
        video=video, kind=kind, language=language, lake_key=key, sha256=sha256, byte_count=len(content)
    )


def make_captions(video: Video, content: bytes = CAPTIONS, *, language="en") -> MediaFile:
    return make_media(video, content, kind=MediaKind.CAPTIONS, suffix=".en.vtt", language=language)


def make_transcription(media: MediaFile, *, engine="captions", **values) -> Transcription:
    transcriber = transcribers.get(engine)
    defaults = {
        "video": media.video,
        "media_kind": media.kind,
        "media_sha256": media.sha256,
        "engine": engine,
        "digest": transcriber.digest,
        "state": State.PENDING,
    }
    return Transcription.objects.create(**defaults | values)


def write_wave(path: Path, samples: np.ndarray, *, rate: int = SAMPLE_RATE) -> Path:
    """Write samples of shape (time,) or (time, channels) as 16-bit WAVE."""
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        stream.setsampwidth(2)
        stream.setframerate(rate)
        stream.writeframes(samples.astype("<i2").tobytes())
    return path

"""The file that a transcription hears: which it is, its language, and where its bytes are."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from ingestion.lake import lake
from ingestion.models import Course, MediaFile
from transcripts.models import Transcription


class MissingMediaError(Exception):
    """A media file whose bytes are no longer in the lake."""

    permanent = True


def find(row: Transcription) -> MediaFile:
    """Return the file of a transcription. Raises MissingMediaError."""
    media = MediaFile.objects.filter(video=row.video, kind=row.media_kind, sha256=row.media_sha256).first()
    if media is None:
        raise MissingMediaError("The file to be heard is no longer known.")
    return media


def find_language(media: MediaFile) -> str:
    """Return the file's language, else that of its courses where they agree, else nothing."""
    if media.language:
        return media.language
    languages = set(Course.objects.filter(videos=media.video).values_list("language", flat=True))
    return languages.pop() if len(languages) == 1 else ""


@contextmanager
def open_locally(media: MediaFile) -> Iterator[Path]:
    """Give a media file as a path: in place where the lake is a folder, else as a temporary copy.

    Raises MissingMediaError.
    """
    storage = lake()
    if not storage.exists(media.lake_key):
        raise MissingMediaError("The file to be heard is no longer in the lake.")
    if isinstance(storage, FileSystemStorage):
        yield Path(storage.path(media.lake_key))
        return
    with tempfile.NamedTemporaryFile(suffix=Path(media.lake_key).suffix) as copy:
        with storage.open(media.lake_key) as stored:
            shutil.copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)

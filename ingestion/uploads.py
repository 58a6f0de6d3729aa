"""Files that others put into the lake, for Lectern to take up.

    inbox/<video id>/<name>.<ending>
    inbox/<course title>/<video id>/<name>.<ending>

An ending of sound is a lecture's audio; one of captions (`.vtt`, `.srt`, `.ttml`, `.json3` and others) is read in
the language that stands before it (`talk.pt-BR.vtt`); `.info.json` is an info file of yt-dlp. A course of the
title is made where there is none. What has been taken up stays where it is, and may be deleted; a removed video
takes its files with it.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from ingestion import services, sources
from ingestion.enrolment import Target
from ingestion.extraction import probing
from ingestion.lake import StoredObject, lake
from ingestion.models import Course, IngestionRun, MediaKind, RunState, Video
from ingestion.removal import INBOX
from ingestion.sources import yt_dlp_folder

SOURCE = "upload"
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_TITLE = 255
# What some line of each form of captions has; the stage that reads them says what is wrong with the rest.
CAPTIONS = re.compile(
    rb"-->|\d:\d\d\.\d{1,3},\d+:\d\d|<(?:\w+:)?(?:tt|transcript|timedtext|sami)\b|^Dialogue:|\"tStartMs\"",
    re.IGNORECASE | re.MULTILINE,
)


class RefusedUploadError(Exception):
    """A file that is not taken up; says why."""

    permanent = True


@dataclass(frozen=True)
class Upload:
    """A file of the inbox, as its key names it: `kind` is empty for an info file."""

    video_id: str
    course_title: str
    name: str
    kind: str
    language: str

    @property
    def stem(self) -> str:
        """The name as a person gave it."""
        stem = self.name.removesuffix(yt_dlp_folder.INFO)
        stem = PurePosixPath(stem).stem if stem == self.name else stem
        return stem.removesuffix(f".{self.language}") if self.language else stem


def read_key(key: str) -> Upload:
    """Return what a key of the inbox says. Raises RefusedUploadError."""
    video_id, title, name = _read_place(key)
    kind, language = _read_name(name)
    return Upload(video_id, title, name, kind, language)


def find_video_id(key: str) -> str:
    """Return the video that a file of the inbox lies with, whatever the file is; empty for any other key."""
    try:
        return _read_place(key)[0]
    except RefusedUploadError:
        return ""


def _read_place(key: str) -> tuple[str, str, str]:
    """Return the video id, the course's title and the name of the file."""
    folder, *parts = key.split("/")
    if folder != INBOX or not 2 <= len(parts) <= 3 or not all(parts):
        raise RefusedUploadError("A file lies in inbox/<video id>/ or in inbox/<course title>/<video id>/.")
    *course, video_id, name = parts
    if not VIDEO_ID.fullmatch(video_id):
        raise RefusedUploadError(f"{video_id!r} is no video id: letters, digits, - and _, at most 64 of them.")
    title = course[0].strip() if course else ""
    if len(title) > LONGEST_TITLE:
        raise RefusedUploadError(f"A title of a course has at most {LONGEST_TITLE} letters.")
    return video_id, title, name


def take_up(key: str, *, stored: StoredObject, now: datetime) -> str:
    """Land a file of the inbox and return in one line what came of it. Raises RefusedUploadError."""
    upload = read_key(key)
    if not stored.byte_count:
        raise RefusedUploadError("The file is empty.")
    if Video.objects.removed().filter(video_id=upload.video_id).exists():
        raise RefusedUploadError("The video was removed here.")
    if not upload.kind:
        return _land(_read_info(stored), upload=upload, source=yt_dlp_folder.YtDlpFolder.name, now=now)
    with _copy(stored) as path:
        _check(path, kind=upload.kind)
        return _land(_read_media(upload, path=path, stored=stored), upload=upload, source=SOURCE, now=now)


def _read_name(name: str) -> tuple[str, str]:
    if name.endswith(yt_dlp_folder.INFO):
        return "", ""
    place = PurePosixPath(name)
    if place.suffix.lower() in yt_dlp_folder.AUDIO:
        return MediaKind.AUDIO, ""
    if place.suffix.lower() in yt_dlp_folder.CAPTIONS:
        language = PurePosixPath(place.stem).suffix[1:]
        return MediaKind.CAPTIONS, language if yt_dlp_folder.LANGUAGE.fullmatch(language) else ""
    raise RefusedUploadError(
        "A file is taken up as audio, as captions (.vtt, .srt, .ttml and others) or as .info.json."
    )


def _read_info(stored: StoredObject) -> sources.Page:
    with lake().open(stored.key) as file:
        text = file.read().decode("utf-8-sig", errors="replace")
    return yt_dlp_folder.YtDlpFolder.read_text(text, location=stored.key, observed_at=stored.modified_at)


def _read_media(upload: Upload, *, path: Path, stored: StoredObject) -> sources.Page:
    """Return a page of a file; of a video that nothing is known of, its name is what is known."""
    payload = {"id": upload.video_id, "title": upload.stem, "extractor": SOURCE}
    record = sources.Record(upload.video_id, upload.video_id, "", payload)
    is_known = Video.objects.filter(video_id=upload.video_id).exists()
    return sources.Page(
        kind="info",
        location=stored.key,
        observed_at=stored.modified_at,
        records=() if is_known else (record,),
        media=(sources.Media(upload.video_id, upload.kind, upload.language, path),),
    )


def _land(page: sources.Page, *, upload: Upload, source: str, now: datetime) -> str:
    title = upload.course_title
    run = IngestionRun.objects.create(
        source=source,
        location=page.location,
        course_title=title,
        state=RunState.DONE,
        started_at=now,
        finished_at=now,
    )
    target = Target(title=title) if title or page.playlist_title else None
    landed = services.land(page, run=run, target=target, now=now)
    if title and page.media:
        course, _is_new = Course.objects.get_or_create(title=title)
        course.videos.add(Video.objects.get(video_id=upload.video_id))
    if page.rejections:
        return f"refused: {'; '.join(each.reason for each in page.rejections)}"
    if landed.media_count or landed.observation_count:
        return f"taken up as {upload.kind or 'info file'}"
    return "held already"


def _check(path: Path, *, kind: str) -> None:
    """Raise RefusedUploadError for what nobody could hear or read."""
    if kind == MediaKind.CAPTIONS:
        # UTF-16 has a zero in every other byte.
        if not CAPTIONS.search(path.read_bytes().replace(b"\0", b"")):
            raise RefusedUploadError("The file holds no captions.")
        return
    try:
        probing.measure(path)
    except probing.SilentFileError as error:
        raise RefusedUploadError(str(error)) from None


@contextmanager
def _copy(stored: StoredObject) -> Iterator[Path]:
    """Give an object as a file of this machine, under a name that any machine takes."""
    suffix = PurePosixPath(stored.key).suffix.lower()
    with tempfile.NamedTemporaryFile(suffix=suffix) as copy:
        with lake().open(stored.key) as file:
            shutil.copyfileobj(file, copy)
        copy.flush()
        yield Path(copy.name)

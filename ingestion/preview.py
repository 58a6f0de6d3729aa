"""What a folder holds, told before anything of it lands."""

from dataclasses import dataclass, field
from pathlib import Path

from ingestion import sightings, sources
from ingestion.models import Availability, MediaKind, Video

# Files read for a preview; what a person waits for in a page.
MOST_FILES = 300
MOST_REFUSALS = 20


@dataclass(frozen=True)
class Refusal:
    """A payload that will not land, and why."""

    name: str
    reason: str


@dataclass
class Preview:
    """Lectures (info files) and videos that replies speak of, their media, and what is known or refused.

    Of a long folder only the first files are read: `unread_count` says how many were not.
    """

    folder: Path
    lecture_ids: set[str] = field(default_factory=set)
    reply_ids: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)
    audio_count: int = 0
    caption_count: int = 0
    file_count: int = 0
    unread_count: int = 0
    byte_count: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    known_count: int = 0
    removed_count: int = 0
    course_title: str = ""

    @property
    def lecture_count(self) -> int:
        return len(self.lecture_ids)

    @property
    def reply_only_count(self) -> int:
        return len(self.reply_ids - self.lecture_ids)

    @property
    def new_count(self) -> int:
        return len(self.lecture_ids | self.reply_ids) - self.known_count - self.removed_count

    @property
    def hours(self) -> float:
        return sum(self.seconds.values()) / 3600

    @property
    def refusals_shown(self) -> list[Refusal]:
        return self.refusals[:MOST_REFUSALS]

    @property
    def can_land(self) -> bool:
        return bool(self.lecture_ids or self.reply_ids or self.unread_count)


def preview_folder(folder: Path) -> Preview:
    """Read a folder as a pull would, without writing anything. Raises sources.SourceError and OSError."""
    preview = Preview(folder=folder)
    for source in sources.at(folder):
        files = source.files()
        left = max(0, MOST_FILES - preview.file_count)
        preview.unread_count += len(files[left:])
        for path in files[:left]:
            preview.file_count += 1
            _add(preview, source.read_file(path), path)
    preview.course_title = preview.course_title or folder.name
    states = Video.objects.filter(video_id__in=preview.lecture_ids | preview.reply_ids)
    for availability in states.values_list("availability", flat=True):
        if availability == Availability.REMOVED:
            preview.removed_count += 1
        else:
            preview.known_count += 1
    return preview


def _add(preview: Preview, page: sources.Page, path: Path) -> None:
    preview.byte_count += path.stat().st_size + sum(media.path.stat().st_size for media in page.media)
    preview.audio_count += sum(media.kind == MediaKind.AUDIO for media in page.media)
    preview.caption_count += sum(media.kind == MediaKind.CAPTIONS for media in page.media)
    name = str(path.relative_to(preview.folder))
    preview.refusals += [Refusal(name, rejection.reason) for rejection in page.rejections]
    preview.course_title = preview.course_title or page.playlist_title
    for record in page.records:
        if page.kind == "info":
            preview.lecture_ids.add(record.video_id)
        elif page.kind == "video":
            preview.reply_ids.add(record.video_id)
        seconds = sightings.read_seconds(record.payload, kind=page.kind)
        if seconds:
            preview.seconds[record.video_id] = seconds

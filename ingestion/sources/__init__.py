"""Where payloads come from: one class a source, chosen by what lies at a location.

A source is a generator of pages. It knows nothing of tables: `landing` writes what it yields.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.utils.module_loading import import_string

DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{4,6}Z)?", re.ASCII)


class SourceError(Exception):
    """A location no source can read; says what was looked for."""

    permanent = True


@dataclass(frozen=True)
class Record:
    """One payload as it came. `video_id` is the video it speaks of, empty where it speaks of none.

    `is_exact` where it was found to be just what its contract says.
    """

    external_id: str
    video_id: str
    etag: str
    payload: dict[str, Any]
    is_exact: bool = False


@dataclass(frozen=True)
class Rejection:
    """One payload that broke a contract, as text, with the reason in one line and its video where that shows."""

    contract: str
    reason: str
    payload: str
    video_id: str = ""


@dataclass(frozen=True)
class Media:
    """An audio or caption file found beside a video's payload."""

    video_id: str
    kind: str
    language: str
    path: Path


@dataclass(frozen=True)
class Page:
    """What landed together: payloads of one kind, seen at one moment (UTC), in one file or reply."""

    kind: str
    location: str
    observed_at: datetime
    records: tuple[Record, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    media: tuple[Media, ...] = ()
    # The playlist the page's videos were taken from, where it says so.
    playlist_id: str = ""
    playlist_title: str = ""
    language: str = ""
    # What a person should know of a page that lands, a line each.
    notes: tuple[str, ...] = ()


class Source(ABC):
    """A place payloads come from."""

    name: ClassVar[str]  # raw_record.source

    @abstractmethod
    def read(self) -> Iterator[Page]:
        """Yield page after page, always in the same order."""


class FolderSource(Source):
    """A source that is a folder of files, one page a file."""

    # Sources of one group look for their files together.
    group: ClassVar[str] = "folder"
    files_are: ClassVar[str]

    def __init__(self, location: Path) -> None:
        self.location = location

    @abstractmethod
    def files(self) -> list[Path]:
        """Return the payload files here in a stable order; none means the location is not of this kind."""

    @abstractmethod
    def read_file(self, path: Path) -> Page:
        """Return what one file holds."""

    @classmethod
    @abstractmethod
    def read_text(cls, text: str, *, location: str, observed_at: datetime) -> Page:
        """Return what a text holds that is all of a file, or one payload of it that was refused once."""

    def read(self) -> Iterator[Page]:
        """Yield one page a file."""
        for path in self.files():
            yield self.read_file(path)


@cache
def _folder_classes() -> list[type[FolderSource]]:
    classes = [import_string(entry["BACKEND"]) for entry in settings.SOURCES.values()]
    return [each for each in classes if issubclass(each, FolderSource)]


def at(location: Path, *, group: str = FolderSource.group) -> list[FolderSource]:
    """Return every source of a group that finds payloads at a folder.

    Raises SourceError where the folder is missing or holds nothing that any of them reads.
    """
    if not location.is_dir():
        raise SourceError(f"There is no folder {location}.")
    classes = [each for each in _folder_classes() if each.group == group]
    sources = [source for source in (make(location) for make in classes) if source.files()]
    if not sources:
        raise SourceError(f"{location} holds neither {' nor '.join(each.files_are for each in classes)}.")
    return sources


def reader_of(name: str) -> type[FolderSource]:
    """Return the class that reads texts of a source, by the name its payloads have in raw_record.

    Raises SourceError where none does.
    """
    for each in _folder_classes():
        if each.name == name:
            return each
    raise SourceError(f"No source reads payloads of {name}.")


def observed_at(path: Path, *, root: Path) -> datetime:
    """Return what a folder on the way says, `2026-11-14` or `2026-11-14T0600Z`, else the file's own time."""
    for part in reversed(path.relative_to(root.parent).parts[:-1]):
        if DAY.fullmatch(part):
            with suppress(ValueError):  # 2026-02-30 is a name like any other
                return datetime.fromisoformat(part).replace(tzinfo=UTC)
    return modified_at(path)


def modified_at(path: Path) -> datetime:
    """Return when a file was last written: what it is taken to say where it says nothing itself."""
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)

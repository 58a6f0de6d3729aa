"""The lake: every byte that must outlive the database, under keys that never depend on where it lies."""

import gzip
import os
import tempfile
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages


@dataclass(frozen=True)
class StoredObject:
    """What a listing tells of an object; `version` changes whenever its bytes do."""

    key: str
    version: str
    byte_count: int
    modified_at: datetime


class LakeStorage(Storage):
    """A storage that lists everything under a folder, and replaces a key that is written again."""

    # Whether those who tell of objects name the versions as the listing does.
    names_versions: ClassVar[bool] = False

    @abstractmethod
    def list_objects(self, folder: str) -> Iterator[StoredObject]:
        """Yield the objects below a folder, those of its folders too, by key; none where it is not there."""

    @abstractmethod
    def find_object(self, key: str) -> StoredObject | None:
        """Return what is known of an object, None where there is none."""


class FolderStorage(FileSystemStorage, LakeStorage):
    """A folder as a lake: no reader ever sees half an object."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_overwrite=True, **options)

    def list_objects(self, folder: str) -> Iterator[StoredObject]:
        for place in _walk(Path(self.path(folder))):
            yield self._describe(place)

    def find_object(self, key: str) -> StoredObject | None:
        place = Path(self.path(key))
        return self._describe(place) if place.is_file() else None

    def _describe(self, place: Path) -> StoredObject:
        stat = place.stat()
        return StoredObject(
            key=place.relative_to(self.location).as_posix(),
            version=f"{stat.st_mtime_ns:x}-{stat.st_size:x}",
            byte_count=stat.st_size,
            modified_at=datetime.fromtimestamp(stat.st_mtime, tz=UTC),
        )

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
            try:
                for block in content.chunks():
                    part.write(block)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        return name


def lake() -> LakeStorage:
    """Return the storage that `STORAGES["lake"]` names."""
    return cast(LakeStorage, storages["lake"])


def read_lines(key: str) -> Iterator[bytes]:
    """Yield the lines of an object of gzipped lines. Raises OSError or EOFError where it is none."""
    with lake().open(key) as stored, gzip.open(stored) as lines:
        yield from lines


def empty(folder: str) -> int:
    """Delete everything below a folder; return how many objects that were."""
    keys = [each.key for each in lake().list_objects(folder)]
    for key in keys:
        lake().delete(key)
    return len(keys)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in the order a bucket lists keys; hidden ones are not written yet."""
    if not folder.is_dir():
        return
    entries = [(f"{each.name}/" if each.is_dir() else each.name, each) for each in folder.iterdir()]
    for name, each in sorted(entries):
        if name.startswith("."):
            continue
        if name.endswith("/"):
            yield from _walk(each)
        else:
            yield each

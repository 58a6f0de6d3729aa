"""The lake: every byte that must outlive the database, under keys that never depend on where it lies."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages


class FolderStorage(FileSystemStorage):
    """A folder as a lake: a key written again is replaced, and no reader ever sees half an object."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_overwrite=True, **options)

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


def lake() -> Storage:
    """Return the storage that `STORAGES["lake"]` names."""
    return storages["lake"]

"""The folders of the server people may add lectures from: those of `INGEST_ROOTS`, nothing that leads out."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

# More than a person picks from; a folder further down the list is typed.
MOST_OFFERS = 200
LONGEST_PATH = 1024


class RefusedFolderError(Exception):
    """A folder nothing may be added from; says which may."""

    permanent = True


@dataclass(frozen=True)
class Offer:
    """A folder to pick, by a name people know it under."""

    path: Path
    name: str


def find_folder(text: str) -> Path:
    """Return the folder that a path, absolute or below one of the roots, leads to.

    Raises RefusedFolderError for one that is not there or lies, links followed, outside the roots.
    """
    for root in settings.INGEST_ROOTS:
        try:
            folder = (root / text.strip()).resolve()
            if _is_inside(folder) and folder.is_dir() and len(str(folder)) <= LONGEST_PATH:
                return folder
        except (OSError, ValueError, RuntimeError):  # too long, a null character, links in a circle
            break
    raise RefusedFolderError(
        _("There is no such folder in %(roots)s.") % {"roots": ", ".join(map(str, settings.INGEST_ROOTS))}
    )


def refuse_links_out(folder: Path) -> None:
    """Raise RefusedFolderError where something in a folder is a link to a place outside the roots."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink() and not _is_inside(path.resolve()):
                raise RefusedFolderError(
                    _("%(name)s is a link to a place outside the folders that lectures are added from.")
                    % {"name": path.relative_to(folder)}
                )


def list_folders() -> list[Offer]:
    """Return the roots that hold payload files, and the folders directly under them that do."""
    return list(islice(_offers(), MOST_OFFERS))


def _offers() -> Iterator[Offer]:
    for root in settings.INGEST_ROOTS:
        if not root.is_dir() or not _holds_payloads(root):
            continue
        yield Offer(path=root.resolve(), name=root.name)
        for folder in sorted(root.iterdir()):
            is_plain = not folder.name.startswith((".", "_"))
            if is_plain and folder.is_dir() and _is_inside(folder.resolve()) and _holds_payloads(folder):
                yield Offer(path=folder.resolve(), name=f"{root.name}/{folder.name}")


def _holds_payloads(folder: Path) -> bool:
    return next(folder.rglob("*.json"), None) is not None


def _is_inside(path: Path) -> bool:
    return any(path.is_relative_to(root.resolve()) for root in settings.INGEST_ROOTS)

"""Folders that downloads are written into: one an attempt, none left behind for good."""

import contextlib
import logging
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from ingestion.audio import claims

logger = logging.getLogger(__name__)


def root() -> Path:
    """Return the folder of these folders."""
    return Path(settings.VAR_DIR) / "downloads"


@contextlib.contextmanager
def hold(claim: claims.Claim) -> Iterator[Path]:
    """Give an attempt an empty folder for as long as the block runs."""
    folder = root() / claim.name
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clean(*, now: datetime) -> int:
    """Delete the folders of attempts that have died; return how many."""
    folders = sorted(root().iterdir()) if root().is_dir() else []
    dead = [folder for folder in folders if not claims.is_alive(folder.name, now=now)]
    for folder in dead:
        logger.info("download %s was left behind and is deleted", folder.name)
        shutil.rmtree(folder, ignore_errors=True)
    return len(dead)

"""Landing the archive of the pipeline that Lectern replaces."""

from typing import Any

from django.core.management.base import BaseCommand

from ingestion.management.ingesting import folder
from ingestion.sources import archive


def ingest(command: BaseCommand, *, location: str, options: dict[str, Any]) -> None:
    """Land the details of videos and the transcripts at a folder. Raises CommandError."""
    folder.ingest(command, location=location, options=options, group=archive.GROUP)

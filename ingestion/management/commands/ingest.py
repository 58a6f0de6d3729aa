"""Land what a source holds: raw rows, lake objects, media and the catalogue of videos."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ingestion.management.ingesting import archive, folder

# What `--source` may say, and who does it.
WAYS = {
    "archive": archive.ingest,
    "folder": folder.ingest,
}


class Command(BaseCommand):
    help = (
        "Land a folder that yt-dlp wrote, or one of saved YouTube Data API replies; which of the two it is, or "
        "whether it is both, is found out. With --source archive, land the archive of the pipeline that this one "
        "replaces. Doing it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("location", metavar="DIR", help="the folder to land")
        parser.add_argument("--source", choices=sorted(WAYS), help="what DIR is (default: found out)")
        parser.add_argument(
            "--course", default="", help="the course the videos belong to (default: the playlist's)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON list, an object a run")

    def handle(self, *, location: str, source: str | None, **options: Any) -> None:
        WAYS[source or "folder"](self, location=location, options=options)

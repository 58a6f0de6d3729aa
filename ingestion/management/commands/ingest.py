"""Land what a source holds: raw rows, lake objects, media and the catalogue of videos."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingestion.management.ingesting import archive, folder, replay

# What `--source` may say, and who does it.
WAYS = {
    "archive": archive.ingest,
    "folder": folder.ingest,
}


class Command(BaseCommand):
    help = (
        "Land a folder that yt-dlp wrote, or one of saved YouTube Data API replies; which of the two it is, or "
        "whether it is both, is found out. With --source archive, land the archive of the pipeline that this one "
        "replaces. With --replay, rebuild an empty database from the lake. Doing it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("location", metavar="DIR", nargs="?", help="the folder to land")
        parser.add_argument("--replay", action="store_true", help="bring back everything that lies in the lake")
        parser.add_argument("--source", choices=sorted(WAYS), help="what DIR is (default: found out)")
        parser.add_argument(
            "--course", default="", help="the course the videos belong to (default: the playlist's)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON list, an object a run")

    def handle(self, *, location: str | None, source: str | None, **options: Any) -> None:
        if options["replay"] == bool(location):
            raise CommandError("Name what to land, or say --replay.")
        if location is None:
            replay.ingest(self, options=options)
            return
        WAYS[source or "folder"](self, location=location, options=options)

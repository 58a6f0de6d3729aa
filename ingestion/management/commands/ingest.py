"""Land what a source holds: raw rows, lake objects, media and the catalogue of videos."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingestion import lost_objects
from ingestion.management.ingesting import archive, folder, replay, wishes, youtube
from ingestion.youtube import references

# What `--source` may say, and who does it.
WAYS = {
    "archive": archive.ingest,
    "folder": folder.ingest,
    "youtube": youtube.ingest,
}


class Command(BaseCommand):
    help = (
        "Land a folder that yt-dlp wrote, or one of saved YouTube Data API replies, or follow a channel, playlist "
        "or video of YouTube; which of these it is is found out. With --source archive, land the archive of the "
        "pipeline that this one replaces. With --replay, rebuild an empty database from the lake. Doing it again "
        "changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "location",
            metavar="WHAT",
            nargs="?",
            help="a folder, or an address of YouTube, an id or an @handle; after -- where it begins with a hyphen",
        )
        parser.add_argument("--replay", action="store_true", help="bring back everything that lies in the lake")
        parser.add_argument("--source", choices=sorted(WAYS), help="what WHAT is (default: found out)")
        parser.add_argument(
            "--course", default="", help="the course the videos belong to (default: the playlist's)"
        )
        parser.add_argument(
            "--plan",
            action="store_true",
            help="tell what following would cost in units and hours, and leave it; a look costs up to three units",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON list, an object a run")
        wishes.add_arguments(parser)

    def handle(self, *, location: str | None, source: str | None, **options: Any) -> None:
        if options["replay"] == bool(location):
            raise CommandError("Name what to land, or say --replay.")
        way = source or (_find_way(location) if location else "")
        if way != "youtube" and (options["plan"] or wishes.read(options)):
            raise CommandError("--plan, and what is wanted of videos, are said of what is followed on YouTube.")
        if location is None:
            if source or options["course"]:
                raise CommandError("--replay brings back everything: neither --source nor --course goes with it.")
            replay.ingest(self, options=options)
            return
        try:
            lost_objects.refuse_other_lake()
        except lost_objects.OtherLakeError as error:
            raise CommandError(str(error)) from None
        WAYS[way](self, location=location, options=options)


def _find_way(location: str) -> str:
    """Return what a text is: a folder that is there, something of YouTube, else whatever it looks like."""
    if Path(location).exists():
        return "folder"
    try:
        references.parse(location)
    except references.InvalidReferenceError:
        return "youtube" if "://" in location or location.startswith("@") else "folder"
    return "youtube"

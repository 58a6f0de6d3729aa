"""Take a video out of everything, for good."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

from config.pipeline import WITHDRAWALS
from ingestion import removal


class Command(BaseCommand):
    help = (
        "Remove a video: payloads, media, transcript, facts, chunks, vectors and quotes go; a tombstone with the "
        "time and the reason stays, and ingesting it again does not bring it back. An id that begins with a dash "
        "comes after `--`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("video_id", metavar="ID")
        parser.add_argument("--reason", default="removed on request", help="kept on the tombstone")

    def handle(self, *, video_id: str, reason: str, **options: Any) -> None:
        now = timezone.now()
        try:
            video = removal.remove_video(video_id=video_id, reason=reason, now=now)
        except removal.UnknownVideoError as error:
            raise CommandError(str(error)) from None
        for path in WITHDRAWALS:
            import_string(path)()
        why_and_when = f"{video.removal_reason}, {video.removed_at:%F %T} UTC"
        if video.removed_at == now:
            self.stdout.write(f"Removed {video_id}: {why_and_when}.")
        else:
            self.stdout.write(f"{video_id} had been removed before: {why_and_when}.")

"""Land what a source holds: raw rows, lake objects, media and the catalogue of videos."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ingestion import landing, locks, services, sources
from ingestion.models import IngestionRun


class Command(BaseCommand):
    help = (
        "Land a folder that yt-dlp wrote, or one of saved YouTube Data API replies; which of the two it is, or "
        "whether it is both, is found out. Doing it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("location", metavar="DIR", type=Path, help="the folder to land")
        parser.add_argument("--source", choices=["folder"], default="folder", help="what DIR is (default: folder)")
        parser.add_argument(
            "--course", default="", help="the course the videos belong to (default: the playlist's)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON list, an object a run")

    def handle(self, *, location: Path, course: str, **options: Any) -> None:
        pages: list[sources.Page] = []
        with tqdm(desc="ingesting", unit="file", disable=None) as bar:

            def show(run: IngestionRun, page: sources.Page) -> None:
                pages.append(page)
                bar.total = run.total_page_count
                bar.update(run.page_count - bar.n)

            try:
                runs = services.ingest_folder(folder=location, course_title=course, on_page=show)
            except (sources.SourceError, locks.AlreadyRunningError) as error:
                raise CommandError(str(error)) from None
            except OSError as error:
                raise CommandError(
                    f"Could not read or store {error.filename or location}: {error.strerror}."
                ) from None
        if options["json"]:
            self.stdout.write(json.dumps([_summary(run) for run in runs]))
        else:
            self._report(runs)
        for page in pages:
            for rejected in page.rejections:
                self.stderr.write(f"rejected {Path(page.location).name}: {rejected.reason}")
        if not any(page.records for page in pages):
            raise CommandError("Nothing here could land; the reasons stand in raw_rejected_record.")

    def _report(self, runs: list[IngestionRun]) -> None:
        for run in runs:
            self.stdout.write(
                f"{run.source}: {run.page_count} files, {run.record_count} new payloads, "
                f"{run.observation_count} new sightings, {run.media_count} new media files, "
                f"{run.rejected_count} rejected, {run.withheld_count} withheld as removed"
            )


def _summary(run: IngestionRun) -> dict[str, Any]:
    counts = {name: getattr(run, name) for name in landing.COUNTS}
    return {"run": run.pk, "source": run.source, "state": run.state, "page_count": run.page_count, **counts}

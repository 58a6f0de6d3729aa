"""Landing a folder of this machine."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ingestion import landing, locks, services, sources, text
from ingestion.models import IngestionRun


def ingest(
    command: BaseCommand, *, location: str, options: dict[str, Any], group: str = sources.FolderSource.group
) -> None:
    """Land what every source of a group finds at a folder, and say what each found. Raises CommandError."""
    pages: list[sources.Page] = []
    with tqdm(desc="ingesting", unit="file", disable=None) as bar:

        def show(run: IngestionRun, page: sources.Page) -> None:
            pages.append(page)
            bar.total = run.total_page_count
            bar.update(run.page_count - bar.n)

        try:
            runs = services.ingest_folder(
                folder=Path(location), group=group, course_title=options["course"], on_page=show
            )
        except (sources.SourceError, locks.AlreadyRunningError) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                f"Could not read or store {error.filename or location}: {error.strerror}."
            ) from None
    _report(command, runs=runs, as_json=options["json"])
    for page in pages:
        for rejected in page.rejections:
            command.stderr.write(f"rejected {Path(page.location).name}: {rejected.reason}")
        for note in page.notes:
            command.stderr.write(f"{Path(page.location).name}: {note}")
    if not any(page.records for page in pages):
        raise CommandError("Nothing here could land; the reasons stand in raw_rejected_record.")


def _report(command: BaseCommand, *, runs: list[IngestionRun], as_json: bool) -> None:
    if as_json:
        command.stdout.write(json.dumps([summarize(run) for run in runs]))
        return
    for run in runs:
        command.stdout.write(
            f"{run.source}: {text.tell_count(run.page_count, 'file')}, "
            f"{text.tell_count(run.record_count, 'new payload')}, "
            f"{text.tell_count(run.observation_count, 'new sighting')}, "
            f"{text.tell_count(run.media_count, 'new media file')}, "
            f"{run.rejected_count} rejected, {run.withheld_count} withheld as removed"
        )


def summarize(run: IngestionRun) -> dict[str, Any]:
    """Return what `--json` says of a run."""
    counts = {name: getattr(run, name) for name in landing.COUNTS}
    return {"run": run.pk, "source": run.source, "state": run.state, "page_count": run.page_count, **counts}

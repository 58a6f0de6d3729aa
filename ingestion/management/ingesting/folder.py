"""Landing a folder of this machine."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ingestion import landing, locks, services, sources, text
from ingestion.models import IngestionRun

# Items of a file that are named with one reason.
MOST_NAMED = 5


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
        for line in _tell_rejections(page):
            command.stderr.write(line)
        for note in page.notes:
            command.stderr.write(f"{Path(page.location).name}: {note}")
    if not any(page.records for page in pages):
        raise CommandError("Nothing here could land; the reasons stand in raw_rejected_record.")


def _tell_rejections(page: sources.Page) -> Iterator[str]:
    """Yield a line for each reason, with the items of the file that it was given for."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for rejected in page.rejections:
        by_reason[rejected.reason].append(rejected.video_id)
    name = Path(page.location).name
    is_one = len(page.records) + len(page.rejections) == 1
    for reason, video_ids in by_reason.items():
        yield f"rejected {name}: {reason}" if is_one else f"rejected {name}, {_name_items(video_ids)}: {reason}"


def _name_items(video_ids: list[str]) -> str:
    shown = [video_id for video_id in video_ids if video_id][:MOST_NAMED]
    if not shown:
        return text.tell_count(len(video_ids), "payload")
    more_count = len(video_ids) - len(shown)
    return ", ".join(shown) + (f" and {more_count} more" if more_count else "")


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

"""Take the sample course through every stage on this machine and answer questions about it."""

import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

import warehouse.services
from config import bars, walking, workers
from ingestion import sources
from ingestion.models import IngestionRun, MediaFile, RawObservation, RawRecord, RunState
from ingestion.progress import Progress
from ingestion.tasks import ingest_folder

SAMPLE_COURSE = Path(settings.BASE_DIR) / "ingestion" / "sample_course"
QUESTION = "What does the grain of a fact table mean?"
MART = (
    "SELECT title, duration_seconds, view_count, like_count, comment_count FROM mart_video_current ORDER BY title"
)


class Command(BaseCommand):
    help = "Take the sample course through every stage, on real workers, then answer questions about it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="answer one question and leave")

    def handle(self, *, once: bool, **options: Any) -> None:
        self.stdout.write("Lectern takes its sample course through every stage. The first time takes minutes.\n\n")
        try:
            with workers.serving() as worker, bars.Bars() as watch:
                ingest_seconds = _ingest(worker, watch)
                walked = walking.walk(worker=worker, watch=watch)
        except workers.WorkerError as error:
            raise CommandError(str(error)) from None
        self._print("What each stage did", _stage_table(ingest_seconds, walked))
        self._print("A mart: mart_video_current", _mart_table())
        self.stdout.write("A question\n")
        self._ask(QUESTION)
        if not once:
            self._converse()

    def _print(self, title: str, table: pd.DataFrame) -> None:
        self.stdout.write(f"{title}\n{table.to_string(index=False, na_rep='')}\n\n")

    def _ask(self, question: str) -> None:
        self.stdout.write(f"> {question}\n")
        call_command("ask", question, stdout=self.stdout)

    def _converse(self) -> None:
        self.stdout.write("\nAsk the course what you like; Ctrl-C leaves.\n")
        while True:
            try:
                question = input("> ").strip()
            except (EOFError, KeyboardInterrupt):
                self.stdout.write("\n")
                return
            if question:
                call_command("ask", question, stdout=self.stdout)


def _ingest(worker: workers.Worker | None, watch: bars.Bars) -> float:
    """Have a worker land the sample course; return the seconds it took."""
    started, started_at = time.monotonic(), timezone.now()
    wanted = len(sources.at(SAMPLE_COURSE))
    page_count = sum(len(source.files()) for source in sources.at(SAMPLE_COURSE))
    runs = IngestionRun.objects.filter(location=str(SAMPLE_COURSE.resolve()))
    ingest_folder.delay(folder=str(SAMPLE_COURSE))
    patience = walking.Patience("ingest", worker=worker)
    while True:
        ended = runs.filter(finished_at__gte=started_at)
        if failed := ended.filter(state=RunState.FAILED).first():
            raise CommandError(f"The sample course could not be ingested: {failed.error}")
        done = ended.filter(state=RunState.DONE)
        done_count = sum(run.page_count for run in [*done, *runs.filter(state=RunState.RUNNING)])
        watch.show("ingest", Progress(done_count, page_count, 0))
        if done.count() >= wanted:
            return time.monotonic() - started
        patience.wait(done_count)


def _stage_table(ingest_seconds: float, walked: list[walking.Walked]) -> pd.DataFrame:
    ended = {each.stage.name: each for each in walked}
    layers: Counter[str] = Counter()
    for relation in warehouse.services.count_rows():
        layers[relation.layer] += relation.row_count
    objects = RawObservation.objects.values("lake_key").distinct().count() + MediaFile.objects.count()
    table: list[tuple[str, str, int, float | None]] = [
        ("ingest", "raw payloads", RawRecord.objects.count(), ingest_seconds),
        ("", "sightings of them", RawObservation.objects.count(), None),
        ("", "lake objects", objects, None),
        ("transcribe", "spoken segments", ended["transcribe"].progress.row_count, ended["transcribe"].seconds),
        ("build warehouse", "staging rows", layers["staging"], None),
        ("", "snowflake rows", layers["snowflake"], ended["build warehouse"].seconds),
        ("", "mart rows", layers["marts"], None),
        ("chunk", "chunks", ended["chunk"].progress.row_count, ended["chunk"].seconds),
        ("embed", "vectors", ended["embed"].progress.row_count, ended["embed"].seconds),
    ]
    return pd.DataFrame(table, columns=["stage", "what", "rows", "seconds"]).round({"seconds": 1})


def _mart_table() -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(MART)
        columns = [column.name for column in cursor.description or ()]
        table = pd.DataFrame(cursor.fetchall(), columns=columns, dtype=object)
        return table.where(table.notna(), "hidden")

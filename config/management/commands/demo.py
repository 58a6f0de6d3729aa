"""Take the sample course through every stage on this machine and serve its pages."""

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
from config import bars, logins, serving, supervision, walking, workers
from ingestion import sources
from ingestion.models import Course, CourseAccess, IngestionRun, MediaFile, RawObservation, RawRecord, RunState
from ingestion.progress import Progress
from ingestion.tasks import ingest_folder

SAMPLE_COURSE = Path(settings.BASE_DIR) / "ingestion" / "sample_course"
OPENING = "Lectern takes its sample course through every stage. The first time takes minutes."
# Its passwords are everyone's, so it is for this machine alone.
LOOPBACK = "127.0.0.1"
FAILURES = (serving.AddressError, supervision.KeepsDyingError, walking.StandstillError)
QUESTION = "What does the grain of a fact table mean?"
MART = (
    "SELECT title, duration_seconds, view_count, like_count, comment_count FROM mart_video_current ORDER BY title"
)


class Command(BaseCommand):
    help = (
        "Take the sample course through every stage, on real workers, answer a question about it, and serve the "
        "pages on this machine until Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="answer one question and leave, without the pages")

    def handle(self, *, once: bool, **options: Any) -> None:
        with supervision.ending_on_signals():
            try:
                self._walk_alone() if once else self._serve()
            except FAILURES as error:
                raise CommandError(str(error)) from None
            except KeyboardInterrupt:
                self.stdout.write("\nStopped. What was done is kept: the next time goes on from there.")

    def _walk_alone(self) -> None:
        self.stdout.write(f"{OPENING}\n\n")
        with workers.serving() as supervisor:
            self._walk(supervisor)

    def _serve(self) -> None:
        if settings.BASE_URL:
            raise CommandError("The demo makes logins that everyone knows: run it where BASE_URL is not set.")
        call_command("seed", verbosity=0)
        with serving.bind_next_free(LOOPBACK, settings.WEB_ADDRESS[1]) as listener:
            programs, url = serving.list_programs(listener), serving.make_url(listener)
            with supervision.Supervisor(programs, tell=self.stderr.write) as supervisor:
                self.stdout.write(f"{OPENING}\nWatch it, or look around meanwhile: {url}\n\n{_login_table()}\n\n")
                self._walk(supervisor)
                self.stdout.write(f"\nOpen {url} and ask your own; Ctrl-C stops it all.\n")
                supervisor.run()

    def _walk(self, supervisor: supervision.Supervisor | None) -> None:
        with bars.Bars() as watch:
            ingest_seconds = _ingest(supervisor, watch)
            Course.objects.filter(videos__video_id__in=_find_video_ids()).update(access=CourseAccess.OPEN)
            walked = walking.walk(supervisor=supervisor, watch=watch)
        self._print("What each stage did", _stage_table(ingest_seconds, walked))
        self._print("A mart: mart_video_current", _mart_table())
        self.stdout.write(f"A question\n> {QUESTION}\n")
        call_command("ask", QUESTION, stdout=self.stdout)

    def _print(self, title: str, table: pd.DataFrame) -> None:
        self.stdout.write(f"{title}\n{table.to_string(index=False, na_rep='')}\n\n")


def _login_table() -> str:
    rows = []
    for login in logins.make_all():
        password = f"the password {logins.PASSWORD}" if login.has_known_password else "the password you gave it"
        rows.append(f"  sign in as {login.username:8} with {password}   ({login.role.label})")
    return "\n".join(rows)


def _find_video_ids() -> list[str]:
    return [path.name.removesuffix(".info.json") for path in SAMPLE_COURSE.glob("videos/*.info.json")]


def _ingest(supervisor: supervision.Supervisor | None, watch: bars.Bars) -> float:
    """Have a worker land the sample course; return the seconds it took."""
    started, started_at = time.monotonic(), timezone.now()
    wanted = len(sources.at(SAMPLE_COURSE))
    page_count = sum(len(source.files()) for source in sources.at(SAMPLE_COURSE))
    runs = IngestionRun.objects.filter(location=str(SAMPLE_COURSE.resolve()))
    ingest_folder.delay(folder=str(SAMPLE_COURSE))
    patience = walking.Patience("ingest", supervisor=supervisor)
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

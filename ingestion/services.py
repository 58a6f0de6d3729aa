"""Pulling sources: one run a source and location, taken up again where it died."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from ingestion import landing, sources
from ingestion.models import IngestionRun, RawObservation, RunState
from ingestion.progress import Progress

logger = logging.getLogger(__name__)


class AlreadyRunningError(Exception):
    """The same source is being pulled from the same place at this moment."""

    permanent = False


def ingest_folder(
    *,
    folder: Path,
    course_title: str = "",
    on_page: Callable[[IngestionRun], None] = lambda run: None,
    clock: Callable[[], datetime] = timezone.now,
) -> list[IngestionRun]:
    """Land everything a folder holds and return one finished run for each source that read it.

    Raises sources.SourceError for a folder nothing can read, AlreadyRunningError while another process reads it.
    """
    return [
        _pull(source, course_title=course_title, on_page=on_page, clock=clock)
        for source in sources.at(folder.resolve())
    ]


def ingestion_progress() -> Progress:
    """Return pages landed of pages found by the runs in hand, and sightings landed in all."""
    pages = IngestionRun.objects.filter(state=RunState.RUNNING).aggregate(
        done=Sum("page_count", default=0), total=Sum("total_page_count", default=0)
    )
    return Progress(done_count=pages["done"], total_count=pages["total"], row_count=RawObservation.objects.count())


def _pull(
    source: sources.Source,
    *,
    course_title: str,
    on_page: Callable[[IngestionRun], None],
    clock: Callable[[], datetime],
) -> IngestionRun:
    with _alone(f"{source.name} {source.location}"):
        run = _open_run(source, clock=clock)
        try:
            for page in source.read():
                landed = landing.land_page(page, run=run, course_title=course_title, now=clock())
                _count(run, landed)
                on_page(run)
        except BaseException as error:
            _close_run(run, state=RunState.FAILED, error=str(error) or type(error).__name__, clock=clock)
            raise
        _close_run(run, state=RunState.DONE, error="", clock=clock)
    return run


@contextmanager
def _alone(subject: str) -> Iterator[None]:
    """Hold PostgreSQL's lock on a subject; it ends with this session, so a killed pull leaves none."""
    key = key_of(subject)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise AlreadyRunningError(f"Another process is ingesting {subject}: wait for it to end.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def key_of(subject: str) -> int:
    """Return the number PostgreSQL's lock on a subject goes by: a signed 64-bit integer."""
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], signed=True)


def _open_run(source: sources.Source, *, clock: Callable[[], datetime]) -> IngestionRun:
    """Return the unfinished run of this source and place, or a new one."""
    run = (
        IngestionRun.objects.filter(source=source.name, location=str(source.location))
        .exclude(state=RunState.DONE)
        .first()
    )
    run = run or IngestionRun(source=source.name, location=str(source.location), started_at=clock())
    run.state, run.page_count, run.total_page_count = RunState.RUNNING, 0, len(source.files())
    run.save()
    return run


def _count(run: IngestionRun, landed: landing.Landed) -> None:
    run.page_count += 1
    for name, count in asdict(landed).items():
        setattr(run, name, getattr(run, name) + count)
    run.save(update_fields=["page_count", *asdict(landed)])


def _close_run(run: IngestionRun, *, state: str, error: str, clock: Callable[[], datetime]) -> None:
    run.state, run.error, run.finished_at = state, error, clock()
    run.save(update_fields=["state", "error", "finished_at"])
    logger.info("run %s of %s ended %s", run.pk, run.source, state)

"""Pulling sources: one run a source and location, taken up again where it died."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.db import DataError, transaction
from django.utils import timezone

from ingestion import enrolment, landing, locks, sources
from ingestion.models import Course, IngestionRun, RunState

logger = logging.getLogger(__name__)


def ingest_folder(
    *,
    folder: Path,
    group: str = sources.FolderSource.group,
    course_title: str = "",
    course: Course | None = None,
    on_page: Callable[[IngestionRun, sources.Page], None] = lambda run, page: None,
    clock: Callable[[], datetime] = timezone.now,
) -> list[IngestionRun]:
    """Land everything a folder holds and return one finished run for each source of the group that read it.

    Raises sources.SourceError for a folder nothing can read, locks.AlreadyRunningError while another
    process reads it.
    """
    target = enrolment.Target(
        course_id=course.pk if course else None, title=course.title if course else course_title
    )
    found = sources.at(folder.resolve(), group=group)
    return [_pull(source, target=target, on_page=on_page, clock=clock) for source in found]


def _pull(
    source: sources.FolderSource,
    *,
    target: enrolment.Target,
    on_page: Callable[[IngestionRun, sources.Page], None],
    clock: Callable[[], datetime],
) -> IngestionRun:
    with locks.hold_alone(f"{source.name} {source.location}"):
        run = _open_run(source, target=target, clock=clock)
        try:
            for page in source.read():
                land(page, run=run, target=target, now=clock())
                on_page(run, page)
        except BaseException as error:
            _close_run(run, state=RunState.FAILED, error=str(error) or type(error).__name__, clock=clock)
            raise
        _close_run(run, state=RunState.DONE, error="", clock=clock)
    return run


def land(
    page: sources.Page, *, run: IngestionRun, target: enrolment.Target | None, now: datetime, page_count: int = 1
) -> landing.Landed:
    """Land a page and count it, all or nothing; a payload the database cannot keep is refused alone.

    `page_count` is how many pages of the source it is made of.
    """
    try:
        with transaction.atomic():
            landed = landing.land_page(page, run=run, target=target, now=now)
            count_page(run, landed, page_count=page_count)
            return landed
    except DataError:
        with transaction.atomic():
            for landed in _land_parts(page, run=run, target=target, now=now):
                count_page(run, landed)
            count_page(run, landing.Landed(), page_count=page_count)
        return landing.Landed()


def _land_parts(
    page: sources.Page, *, run: IngestionRun, target: enrolment.Target | None, now: datetime
) -> Iterator[landing.Landed]:
    """Land the halves of a page, and the halves of these, until what the database cannot keep is refused alone."""
    if len(page.records) <= 1:
        yield _land_or_refuse(page, run=run, target=target, now=now)
        return
    for half in landing.split_page(page):
        try:
            landed = landing.land_page(half, run=run, target=target, now=now)
        except DataError:
            yield from _land_parts(half, run=run, target=target, now=now)
        else:
            yield landed


def _land_or_refuse(
    page: sources.Page, *, run: IngestionRun, target: enrolment.Target | None, now: datetime
) -> landing.Landed:
    try:
        return landing.land_page(page, run=run, target=target, now=now)
    except DataError as error:
        refusal = landing.refuse_page(page, reason=str(error).splitlines()[0])
        return landing.land_page(refusal, run=run, target=target, now=now)


def _open_run(
    source: sources.FolderSource, *, target: enrolment.Target, clock: Callable[[], datetime]
) -> IngestionRun:
    """Return the unfinished run of this source and place, or a new one."""
    run = (
        IngestionRun.objects.filter(source=source.name, location=str(source.location))
        .exclude(state=RunState.DONE)
        .first()
    )
    run = run or IngestionRun(source=source.name, location=str(source.location), started_at=clock())
    run.state, run.error, run.finished_at = RunState.RUNNING, "", None
    run.course_title = target.title[:255]
    run.page_count, run.total_page_count = 0, len(source.files())
    run.save()
    return run


def count_page(run: IngestionRun, landed: landing.Landed, *, page_count: int = 0) -> None:
    """Add what landed to the counts of a run."""
    run.page_count += page_count
    for name in landing.COUNTS:
        setattr(run, name, getattr(run, name) + getattr(landed, name))
    run.save(update_fields=["page_count", *landing.COUNTS])


def _close_run(run: IngestionRun, *, state: str, error: str, clock: Callable[[], datetime]) -> None:
    run.state, run.error, run.finished_at = state, error, clock()
    run.save(update_fields=["state", "error", "finished_at"])
    logger.info("run %s of %s ended %s", run.pk, run.source, state)

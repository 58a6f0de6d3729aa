"""Payloads that were refused once, judged again by the contracts of today."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DataError, transaction
from django.utils import timezone

from ingestion import enrolment, landing, locks, services, sources
from ingestion.models import IngestionRun, RawRejectedRecord, RunState

logger = logging.getLogger(__name__)

LOCATION = "payloads that were refused"
REMOVED = "its video has been removed"


@dataclass
class Outcome:
    """How many refused payloads were judged, landed after all, and are refused still."""

    given_count: int = 0
    landed_count: int = 0
    refused_count: int = 0


def replay_rejected(
    *, on_judged: Callable[[Outcome], None] = lambda outcome: None, clock: Callable[[], datetime] = timezone.now
) -> Outcome:
    """Land what passes its contract by now, as seen when it was; the rest waits on with today's reason.

    A payload and the mark that it landed are one transaction: run again, or killed at any moment, it lands once.
    Raises locks.AlreadyRunningError while another process is at it.
    """
    outcome = Outcome()
    with locks.hold_alone(LOCATION):
        waiting = list(
            RawRejectedRecord.objects.filter(replayed_at=None).order_by("pk").values_list("pk", flat=True)
        )
        outcome.given_count = len(waiting)
        runs: dict[str, IngestionRun] = {}
        for pk in waiting:
            if _replay(pk, runs=runs, clock=clock):
                outcome.landed_count += 1
            else:
                outcome.refused_count += 1
            on_judged(outcome)
        for run in runs.values():
            run.state, run.finished_at = RunState.DONE, clock()
            run.save(update_fields=["state", "finished_at"])
    return outcome


def _replay(pk: int, *, runs: dict[str, IngestionRun], clock: Callable[[], datetime]) -> bool:
    """Land one payload if it passes, and tell whether it did."""
    row = RawRejectedRecord.objects.select_related("run").filter(pk=pk).first()
    if row is None:  # its video has been removed meanwhile
        return False
    try:
        reader = sources.reader_of(row.source)
    except sources.SourceError:  # it is switched off
        return False
    seen_at = row.observed_at or row.rejected_at
    page = reader.read_text(row.payload, location=row.location, observed_at=seen_at)
    reason = _find_reason(row, page)
    if not reason:
        # Committed before its first object is written: the object's key is made of it.
        run = runs.get(row.source) or runs.setdefault(row.source, _open_run(row.source, clock=clock))
        reason = _land(page, row=row, run=run, now=clock())
    if reason and reason != row.reason:
        RawRejectedRecord.objects.filter(pk=pk).update(reason=reason)
    return not reason


def _open_run(source: str, *, clock: Callable[[], datetime]) -> IngestionRun:
    """Return the run of a replay that died, or a new one."""
    unfinished = IngestionRun.objects.filter(source=source, location=LOCATION).exclude(state=RunState.DONE)
    return unfinished.first() or IngestionRun.objects.create(source=source, location=LOCATION, started_at=clock())


def _find_reason(row: RawRejectedRecord, page: sources.Page) -> str:
    """Return why a payload is refused still; one that lands without a value is, too."""
    if not page.records:
        return page.rejections[0].reason if page.rejections else row.reason
    own = [each for each in page.rejections if _sha256_of(each.payload) == row.payload_sha256]
    return own[0].reason if own else ""


def _land(page: sources.Page, *, row: RawRejectedRecord, run: IngestionRun, now: datetime) -> str:
    """Land what passed and mark it; return an empty text, or why it could not land."""
    target = enrolment.Target(title=row.run.course_title) if row.run.subscription_id is None else None
    try:
        with transaction.atomic():
            landed = landing.land_page(page, run=run, target=target, now=now)
            if landed.withheld_count:
                return REMOVED
            services.count_page(run, landed, page_count=1)
            RawRejectedRecord.objects.filter(pk=row.pk).update(replayed_at=now)
    except DataError as error:
        return str(error).splitlines()[0]
    logger.info("refused payload %d landed after all", row.pk)
    return ""


def _sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()

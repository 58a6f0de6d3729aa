"""Runs of the Data API: opened, taken up again where they died, closed with what they could not do."""

import itertools
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from ingestion import landing, services, sources
from ingestion.models import IngestionRun, RunState, Subscription
from ingestion.sources import data_api
from ingestion.youtube import client, quota

logger = logging.getLogger(__name__)

# The place of runs that ask about videos of many subscriptions at once.
ENQUIRIES = "videos"
LONGEST_ERROR = 2000

OnPage = Callable[[IngestionRun, sources.Page], None]


def ignore_page(run: IngestionRun, page: sources.Page) -> None:
    """Show nothing of a page."""


def open_run(
    *, location: str, subscription: Subscription | None, now: datetime, source: str = data_api.DataApi.name
) -> IngestionRun:
    """Return the unfinished run of a subscription or place, or a new one."""
    mine = IngestionRun.objects.filter(source=source, subscription=subscription)
    run = mine.filter(location=location).exclude(state=RunState.DONE).order_by("-pk").first()
    if run is None:
        run = IngestionRun(source=source, location=location, subscription=subscription, started_at=now)
    run.state, run.error, run.finished_at = RunState.RUNNING, "", None
    run.course_title = subscription.course.title if subscription else ""
    run.save()
    return run


def note_error(run: IngestionRun, error: str) -> None:
    """Add what went wrong to a run that goes on."""
    run.error = f"{run.error}\n{error}".strip()[-LONGEST_ERROR:]
    run.save(update_fields=["error"])
    logger.warning("run %s: %s", run.pk, error)


def close_run(run: IngestionRun, *, state: str, now: datetime) -> None:
    run.state, run.finished_at = state, now
    run.total_page_count = run.page_count if state == RunState.DONE else run.total_page_count
    run.save(update_fields=["state", "finished_at", "total_page_count"])
    logger.info("run %s of %s ended %s", run.pk, run.source, state)


def count_failures(subscription: Subscription) -> int:
    """Return how many of the newest runs of a subscription, up to eight, could not do all they should."""
    problems = subscription.runs.order_by("-pk").values_list("error", flat=True)[:8]
    return len(list(itertools.takewhile(bool, problems)))


def find_place(run: IngestionRun, question: client.Question) -> client.Question | None:
    """Return the page of a list that a run has still to ask for; None where it has read all of it."""
    calls = run.calls.filter(method=question.method, subject=question.subject, error="")
    last = calls.filter(finished_at__isnull=False).order_by("-page_number").first()
    if last is None:
        return question
    if not last.next_page_token:
        return None
    return replace(question, page_number=last.page_number + 1, page_token=last.next_page_token)


def land_reply(page: data_api.ReplyPage, *, run: IngestionRun, now: datetime) -> landing.Landed:
    """Land a page and finish its calls, all or nothing."""
    if len(page.calls) > 1:
        # Of what lands together no single reply can be told again, so that none is asked for by its etag.
        for call in page.calls:
            call.etag = ""
    with transaction.atomic():
        landed = services.land(page, run=run, target=None, now=now, page_count=len(page.calls))
        quota.finish(page.calls, lake_key=landed.lake_key, now=now)
        return landed

"""The schedule in the database: seeded from the pipeline, then the operator's own."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.celery import app
from config.models import SeededTask
from config.pipeline import SCHEDULE, Tick

# A tick that nobody took for so many rounds is outdated: the next one finds the same work.
ROUNDS_KEPT = 3
# Periods in which an interval is said, the longest that divides it.
PERIODS = ((IntervalSchedule.HOURS, 3600), (IntervalSchedule.MINUTES, 60), (IntervalSchedule.SECONDS, 1))


class UnknownTaskError(Exception):
    """A scheduled task that no app declares."""

    permanent = True


@dataclass(frozen=True)
class Planned:
    """A task of the schedule: when it last ran and when it will."""

    pk: int
    name: str
    every: str
    is_enabled: bool
    last_run_at: datetime | None
    next_run_at: datetime | None


def seed() -> None:
    """Put into the schedule what was never there, and leave alone what an operator changed or deleted."""
    known = set(SeededTask.objects.values_list("name", flat=True))
    for tick in SCHEDULE:
        if tick.name in known:
            continue
        with transaction.atomic():
            _, is_new = SeededTask.objects.get_or_create(name=tick.name)
            if is_new:
                _create(tick)


def run_now(task: PeriodicTask) -> None:
    """Send a task of the schedule at once, whether it is enabled or not.

    Raises UnknownTaskError; kombu's OperationalError where Redis does not answer.
    """
    app.loader.import_default_modules()
    if task.task not in app.tasks:
        raise UnknownTaskError(f"No app declares the task {task.task}.")
    queue = {"queue": task.queue} if task.queue else {}
    app.send_task(task.task, json.loads(task.args or "[]"), json.loads(task.kwargs or "{}"), **queue)


def list_planned(*, at: datetime) -> list[Planned]:
    """Return the schedule in the order in which data flows, what an operator added last."""
    positions = {tick.name: position for position, tick in enumerate(SCHEDULE)}
    tasks: Iterable[PeriodicTask] = PeriodicTask.objects.select_related(
        "interval", "crontab", "solar", "clocked"
    ).exclude(task="celery.backend_cleanup")
    ordered = sorted(tasks, key=lambda task: (positions.get(task.name, len(positions)), task.name))
    return [
        Planned(
            pk=task.pk,
            name=task.name,
            every=str(task.interval or task.crontab or task.solar or task.clocked),
            is_enabled=task.enabled,
            last_run_at=task.last_run_at,
            next_run_at=find_next_run(task, after=at),
        )
        for task in ordered
    ]


def find_next_run(task: PeriodicTask, *, after: datetime) -> datetime | None:
    """Return when a task is due next; None where it is switched off."""
    if not task.enabled:
        return None
    if task.start_time and task.start_time > after:
        return task.start_time  # type: ignore[no-any-return]
    rule = task.schedule
    if task.interval:
        seconds = rule.run_every.total_seconds()
        return datetime.fromtimestamp(find_slot(after, every_seconds=seconds).timestamp() + seconds, tz=UTC)
    # Celery counts what remains from its own clock.
    return timezone.now() + rule.remaining_estimate(after)  # type: ignore[no-any-return]


def find_slot(at: datetime, *, every_seconds: float) -> datetime:
    """Return the start of the slot a time lies in; slots are the same for every beat, whenever it started."""
    return datetime.fromtimestamp(at.timestamp() // every_seconds * every_seconds, tz=UTC)


def _create(tick: Tick) -> None:
    period, seconds = next(each for each in PERIODS if tick.every_seconds % each[1] == 0)
    interval, _ = IntervalSchedule.objects.get_or_create(every=tick.every_seconds // seconds, period=period)
    PeriodicTask.objects.get_or_create(
        name=tick.name,
        defaults={
            "task": tick.task,
            "interval": interval,
            "queue": tick.queue or None,
            "kwargs": json.dumps(tick.arguments),
            "expire_seconds": tick.every_seconds * ROUNDS_KEPT,
        },
    )

"""Walking the pipeline: each stage is started and watched until it has nothing left to do."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from celery import Task
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from config.pipeline import STAGES, WITHDRAWALS, Stage
from config.supervision import Supervisor
from ingestion.progress import Progress

POLL_SECONDS = 0.2
# A stage is told again, as beat would, so that work whose message or worker was lost is found.
TELL_AGAIN_SECONDS = 20
# Longer than any model takes over one batch of segments.
STILL_SECONDS = 15 * 60
# Whatever waits for an obstacle is tried again within this by a worker that is free.
OBSTACLE_SECONDS = 60


class StandstillError(Exception):
    """A stage in which nothing moves; says where the logs lie."""

    permanent = True


@dataclass(frozen=True)
class Walked:
    """A stage that has come to its end: its progress then, and the seconds it took."""

    stage: Stage
    progress: Progress
    seconds: float


def describe_failures(walked: list[Walked]) -> str:
    """Return what failed, in a sentence, or nothing."""
    failed = [
        f"{each.progress.failed_count} in {each.stage.name}" for each in walked if each.progress.failed_count
    ]
    return f"Some work failed for good ({', '.join(failed)}): the admin says why." if failed else ""


def walk(*, supervisor: Supervisor | None, watch: Callable[[Stage, Progress], None]) -> list[Walked]:
    """Bring every stage to its end, in order; `watch` sees each look at a stage's progress."""
    for path in WITHDRAWALS:
        import_string(path)()
    return [_finish(stage, supervisor=supervisor, watch=watch) for stage in STAGES]


def look(stage: Stage) -> Progress:
    """Return how far a stage has come at one moment.

    A progress is counted by several questions: work that a worker moves between two of them would be missed by
    both, and the stage taken for finished.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read read only")
        progress: Progress = import_string(stage.progress)()
        return progress


class Patience:
    """Waits for something that should move, keeps the workers alive, and gives up where it stands still."""

    def __init__(self, name: str, *, supervisor: Supervisor | None) -> None:
        self.name, self.supervisor = name, supervisor
        self.seen: object = None
        self.moved = time.monotonic()

    def wait(self, state: object, *, obstacle: str = "") -> None:
        """Wait a moment.

        Raises StandstillError where nothing has moved for `STILL_SECONDS`, `OBSTACLE_SECONDS` with an obstacle.
        """
        if self.supervisor is not None:
            self.supervisor.revive()
        if state != self.seen:
            self.seen, self.moved = state, time.monotonic()
        if obstacle and time.monotonic() - self.moved > OBSTACLE_SECONDS:
            raise StandstillError(obstacle)
        if time.monotonic() - self.moved > STILL_SECONDS:
            raise StandstillError(
                f"Nothing has moved in the stage {self.name!r} for {STILL_SECONDS // 60} minutes: "
                f"the log of the workers says why ({settings.VAR_DIR / 'logs'})."
            )
        time.sleep(POLL_SECONDS)


def _finish(stage: Stage, *, supervisor: Supervisor | None, watch: Callable[[Stage, Progress], None]) -> Walked:
    task: Task[[], None] = import_string(stage.task)
    patience = Patience(stage.name, supervisor=supervisor)
    started = time.monotonic()
    told = 0.0
    while not (progress := look(stage)).is_finished:
        if told == 0 or time.monotonic() - told > TELL_AGAIN_SECONDS:
            task.delay()
            told = time.monotonic()
        watch(stage, progress)
        patience.wait(replace(progress, obstacle=""), obstacle=progress.obstacle)
    watch(stage, progress)
    return Walked(stage=stage, progress=progress, seconds=time.monotonic() - started)

"""Walking the pipeline: each stage is started and watched until it has nothing left to do."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from celery import Task
from django.utils.module_loading import import_string

from config.pipeline import STAGES, WITHDRAWALS, Stage
from config.workers import Worker
from ingestion.progress import Progress

POLL_SECONDS = 0.2
# A stage is told again, as beat would, so that work whose message or worker was lost is found.
TELL_AGAIN_SECONDS = 20


@dataclass(frozen=True)
class Walked:
    """A stage that has come to its end: its progress then, and the seconds it took."""

    stage: Stage
    progress: Progress
    seconds: float


def walk(*, worker: Worker | None, watch: Callable[[Stage, Progress], None]) -> list[Walked]:
    """Bring every stage to its end, in order; `watch` sees each look at a stage's progress."""
    for path in WITHDRAWALS:
        import_string(path)()
    return [_finish(stage, worker=worker, watch=watch) for stage in STAGES]


def _finish(stage: Stage, *, worker: Worker | None, watch: Callable[[Stage, Progress], None]) -> Walked:
    task: Task[[], None] = import_string(stage.task)
    look: Callable[[], Progress] = import_string(stage.progress)
    started = time.monotonic()
    told = 0.0
    while not (progress := look()).is_finished:
        if worker is not None:
            worker.revive()
        if told == 0 or time.monotonic() - told > TELL_AGAIN_SECONDS:
            task.delay()
            told = time.monotonic()
        watch(stage, progress)
        time.sleep(POLL_SECONDS)
    watch(stage, progress)
    return Walked(stage=stage, progress=progress, seconds=time.monotonic() - started)

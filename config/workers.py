"""A Celery worker for as long as a command needs one."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.celery import app

STOP_TIMEOUT_SECONDS = 20


class WorkerError(Exception):
    """A worker that cannot be kept running; says where its log lies."""

    permanent = True


class Worker:
    """One worker process that serves every queue; it ends when the process that started it does."""

    MOST_STARTS = 5

    def __init__(self) -> None:
        self.log = settings.VAR_DIR / "logs" / "worker.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.start_count = 0
        self.process = self._start()

    def revive(self) -> None:
        """Start the worker again if it has died; raise WorkerError once that has happened too often."""
        if self.process.poll() is None:
            return
        if self.start_count >= self.MOST_STARTS:
            raise WorkerError(f"The worker died {self.start_count} times: {self.log} says why.")
        self.process = self._start()

    def stop(self) -> None:
        """Let the worker finish what it does, or end it where that takes too long."""
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self.start_count += 1
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603
                [sys.executable, Path(settings.BASE_DIR) / "manage.py", "worker", "--until-stdin-closes"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextmanager
def serving() -> Iterator[Worker | None]:
    """Have every queue with tasks served: by the workers that answer, else by one of our own, which is yielded."""
    if _find_needed_queues() <= _find_served_queues():
        yield None
        return
    worker = Worker()
    try:
        yield worker
    finally:
        worker.stop()


def _find_needed_queues() -> set[str]:
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    return {settings.CELERY_TASK_DEFAULT_QUEUE, *routed}


def _find_served_queues() -> set[str]:
    answers = app.control.inspect(timeout=1.0).active_queues() or {}
    return {queue["name"] for queues in answers.values() for queue in queues}

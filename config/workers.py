"""Workers for as long as a command needs them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from config.celery import app
from config.supervision import Program, Supervisor

MOST_DEATHS = 5


@contextmanager
def serving() -> Iterator[Supervisor | None]:
    """Have every queue with tasks served: by the workers that answer, else by one of our own, which is yielded."""
    if _find_needed_queues() <= _find_served_queues():
        yield None
        return
    with Supervisor([Program("worker", ("worker",))], most_deaths=MOST_DEATHS) as supervisor:
        yield supervisor


def _find_needed_queues() -> set[str]:
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    return {settings.CELERY_TASK_DEFAULT_QUEUE, *routed}


def _find_served_queues() -> set[str]:
    answers = app.control.inspect(timeout=1.0).active_queues() or {}
    return {queue["name"] for queues in answers.values() for queue in queues}

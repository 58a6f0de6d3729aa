"""Run one Celery worker on this machine."""

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.celery import app

STDIN = 0


class Command(BaseCommand):
    help = "Run one Celery worker that serves the named queues, all of them by default, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queues", default=",".join(settings.QUEUES), help="comma-separated (default: all)")
        parser.add_argument("--concurrency", type=int, default=1, help="processes (default: 1)")
        parser.add_argument(
            "--until-stdin-closes", action="store_true", help="stop with the process that started it"
        )

    def handle(self, *, queues: str, concurrency: int, until_stdin_closes: bool, **options: Any) -> None:
        if until_stdin_closes:
            threading.Thread(target=_stop_with_parent, daemon=True).start()
        options_of_celery = ["--queues", queues, "--concurrency", str(concurrency), "--loglevel", "INFO"]
        # A name of its own: of two workers with one name only one is ever heard.
        name = ["--hostname", f"lectern-{os.getpid()}@%h"]
        app.worker_main(["worker", *name, *options_of_celery, "--without-gossip", "--without-mingle"])


def _stop_with_parent() -> None:
    # Not sys.stdin: a pool child forked while it is being read could never close its copy.
    while os.read(STDIN, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)

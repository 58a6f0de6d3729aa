"""Run one Celery worker on this machine."""

import os
from argparse import ArgumentParser
from typing import Any

from celery import signals
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import pulses, supervision
from config.celery import app


class Command(BaseCommand):
    help = "Run one Celery worker that serves the named queues, all of them by default, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queues", default=",".join(settings.QUEUES), help="comma-separated (default: all)")
        parser.add_argument("--concurrency", type=int, default=1, help="processes (default: 1)")
        supervision.add_argument(parser)

    def handle(self, *, queues: str, concurrency: int, until_stdin_closes: bool, **options: Any) -> None:
        if until_stdin_closes:
            supervision.end_with_parent()
        if unknown := set(queues.split(",")) - set(settings.QUEUES):
            known = ", ".join(settings.QUEUES)
            raise CommandError(f"There is no queue {', '.join(sorted(unknown))}; there are {known}.")
        options_of_celery = ["--queues", queues, "--concurrency", str(concurrency), "--loglevel", "INFO"]
        # A name of its own: of two workers with one name only one is ever heard.
        name = f"lectern-{os.getpid()}@%h"
        pulse = pulses.WorkerPulse(queues.split(","))
        signals.heartbeat_sent.connect(pulse.note, weak=False)
        app.worker_main(["worker", "--hostname", name, *options_of_celery, "--without-gossip", "--without-mingle"])

"""Run beat on this machine."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config import supervision
from config.celery import app


class Command(BaseCommand):
    help = "Send each stage's task when it is due, until it is stopped. Two of them send nothing twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        supervision.add_argument(parser)

    def handle(self, *, until_stdin_closes: bool, **options: Any) -> None:
        if until_stdin_closes:
            supervision.end_with_parent()
        app.start(["beat", "--loglevel", "INFO"])

"""Judge refused payloads again, and land what passes by now."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ingestion import locks, rejected


class Command(BaseCommand):
    help = (
        "Judge every payload of raw_rejected_record again by the contract of today, and land what passes as seen "
        "when it was; the rest waits on. Doing it again changes nothing. Audio and captions that lie beside a "
        "refused payload land when their folder is ingested again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        with tqdm(desc="judging", unit="payload", disable=None) as bar:

            def show(outcome: rejected.Outcome) -> None:
                bar.total = outcome.given_count
                bar.update(1)

            try:
                outcome = rejected.replay_rejected(on_judged=show)
            except locks.AlreadyRunningError as error:
                raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(asdict(outcome)))
        else:
            counts = f"{outcome.landed_count} landed, {outcome.refused_count} still refused"
            self.stdout.write(f"{outcome.given_count} judged, {counts}")

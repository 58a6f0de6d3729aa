"""Run what is pending through every stage, on workers, and return when all is done."""

import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import bars, supervision, walking, workers
from ingestion import lost_objects
from transcripts.models import Transcription


class Command(BaseCommand):
    help = (
        "Run what is pending through every stage and return when all is done. Workers that answer do the work; "
        "where none does, one is started for the while."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON list, an object a stage")

    def handle(self, **options: Any) -> None:
        try:
            lost_objects.refuse_other_lake()
            with workers.serving() as supervisor, bars.Bars() as watch:
                walked = walking.walk(supervisor=supervisor, watch=watch)
        except (supervision.KeepsDyingError, walking.StandstillError, lost_objects.OtherLakeError) as error:
            raise CommandError(str(error)) from None
        rows = [
            {
                "stage": each.stage.name,
                "row_count": each.progress.row_count,
                "failed_count": each.progress.failed_count,
                "seconds": round(each.seconds, 1),
            }
            for each in walked
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
        else:
            for row in rows:
                self.stdout.write(f"{row['stage']:16} {row['row_count']:>8} rows {row['seconds']:>7} s")
            states = Counter(Transcription.objects.retained().values_list("state", flat=True))
            counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
            self.stdout.write(f"transcriptions: {counts or 'none'}")
        if failures := walking.describe_failures(walked):
            raise CommandError(failures)

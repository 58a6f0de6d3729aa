"""Check that the warehouse holds what it promises.

python manage.py check_warehouse          # a line a check; the failing rows; exit code 1 if there are any
python manage.py check_warehouse --json
"""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from tqdm import tqdm

from warehouse import quality, services, text_table


class Command(BaseCommand):
    help = "Prove grain, sums and references of every relation; exit 1 with the rows that fail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON only")

    def handle(self, **options: Any) -> None:
        try:
            results = list(
                tqdm(
                    quality.run_checks(),
                    desc="checks",
                    total=len(quality.find_checks()),
                    disable=not sys.stderr.isatty(),
                )
            )
            is_behind = not services.build_progress().is_finished
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(
                f"The checks could not run: {reason}. Run `migrate` if the database has not seen this version."
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps([_describe(result) for result in results], default=str))
        else:
            self.stdout.write("\n".join(_format(result) for result in results))
        _raise_failures(results, is_behind=is_behind)


def _raise_failures(results: list[quality.CheckResult], *, is_behind: bool) -> None:
    failed = [result.name for result in results if not result.is_passed]
    if failed:
        hint = " Input has come since the last build: run `build_warehouse` first." if is_behind else ""
        raise CommandError(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}.{hint}")


def _describe(result: quality.CheckResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "claim": result.claim,
        "is_passed": result.is_passed,
        "failing_rows": [dict(zip(result.columns, row, strict=True)) for row in result.rows],
    }


def _format(result: quality.CheckResult) -> str:
    if result.is_passed:
        return f"✓ {result.name}: {result.claim}"
    table = text_table.format_table(columns=result.columns, rows=result.rows)
    return f"✗ {result.name}: {result.claim}\n{table}"

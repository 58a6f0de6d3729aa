"""Say whether payloads are as their contracts say."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingestion import contracts, drift, text
from ingestion.models import ContractDrift


class Command(BaseCommand):
    help = (
        "Validate every contract file, and list the fields that payloads have and contracts do not, or the other "
        "way round; exit 1 if there are any that nobody has accepted. A field is accepted with --accept, or by "
        "naming it in its contract."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--accept",
            nargs="*",
            metavar="FIELD",
            help="accept these fields, named as they are listed (default: all of them)",
        )

    def handle(self, *, accept: list[str] | None, **options: Any) -> None:
        faults = contracts.find_faults()
        if not faults:
            drift.settle()
        accepted_count = 0 if accept is None else _accept(accept)
        rows = list(drift.list_open())
        if options["json"]:
            self.stdout.write(json.dumps(_summarize(faults, rows, accepted_count=accepted_count)))
        else:
            known = text.tell_count(len(contracts.list_paths()), "contract")
            lines = [f"{known}, {text.tell_count(accepted_count, 'field')} accepted"]
            self.stdout.write("\n".join([*lines, *faults, *map(_describe, rows)]))
        if faults or rows:
            broken = text.tell_count(len(faults), "broken contract file")
            changed = text.tell_count(len(rows), "field")
            raise CommandError(f"{broken}, {changed} that came or went.")


def _accept(fields: list[str]) -> int:
    unknown = set(fields) - {str(row) for row in drift.list_open()}
    if unknown:
        raise CommandError(f"Nothing is noted of {', '.join(sorted(unknown))}.")
    return drift.accept(fields, now=timezone.now())


def _describe(row: ContractDrift) -> str:
    if row.is_vanished:
        return f"{row}  gone since {row.first_seen_at:%F}"
    return f"{row}  new since {row.first_seen_at:%F}, {row.example}"


def _summarize(faults: list[str], rows: list[ContractDrift], *, accepted_count: int) -> dict[str, Any]:
    return {
        "contract_count": len(contracts.list_paths()),
        "faults": faults,
        "accepted_count": accepted_count,
        "drifts": [
            {
                "contract": row.contract,
                "path": row.path,
                "is_vanished": row.is_vanished,
                "example": row.example,
                "first_seen_at": row.first_seen_at.isoformat(),
                "last_seen_at": row.last_seen_at.isoformat(),
            }
            for row in rows
        ],
    }

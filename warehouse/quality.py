"""What must hold of the warehouse: `sql/checks/*.sql`, each a SELECT of the rows that fail its first line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from warehouse import loads

SHOWN_ROWS = 20


@dataclass(frozen=True)
class CheckResult:
    """One check: what it claims, and the first rows that contradict it."""

    name: str
    claim: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def is_passed(self) -> bool:
        return not self.rows


def find_checks() -> list[Path]:
    return sorted((loads.SQL_DIR / "checks").glob("*.sql"))


def run_checks() -> Iterator[CheckResult]:
    """Run every check, in the order of their names."""
    return map(run_check, find_checks())


@transaction.atomic
def run_check(path: Path) -> CheckResult:
    """Run one check and keep its first failing rows."""
    statement = path.read_text(encoding="utf-8")
    loads.prefer_hash_joins()
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = tuple(cursor.fetchmany(SHOWN_ROWS))
        columns = tuple(column.name for column in cursor.description)
    claim = statement.partition("\n")[0].removeprefix("-- ")
    return CheckResult(name=path.stem, claim=claim, columns=columns, rows=rows)

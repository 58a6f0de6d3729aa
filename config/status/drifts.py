"""Fields of payloads that came or went, and that nobody has accepted."""

from dataclasses import dataclass
from datetime import datetime

from ingestion import drift

MOST_SHOWN = 20


@dataclass(frozen=True)
class Drift:
    """A field that a contract does not name, or names and no longer sees."""

    contract: str
    path: str
    is_vanished: bool
    example: str
    first_seen_at: datetime
    last_seen_at: datetime


def list_drifts() -> list[Drift]:
    """Return the fields to look at, contract by contract."""
    return [
        Drift(row.contract, row.path, row.is_vanished, row.example, row.first_seen_at, row.last_seen_at)
        for row in drift.list_open()[:MOST_SHOWN]
    ]

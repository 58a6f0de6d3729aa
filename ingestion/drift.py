"""Fields that came or went: what lands is held against the names in its contract, and what differs is noted once.

A process remembers what it has noted, so a payload costs no query. It counts, too, how many payloads in a row were
without a field that its contract never wants to be gone.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ingestion import contracts, sources
from ingestion.contracts import shapes
from ingestion.models import ContractDrift

logger = logging.getLogger(__name__)

# Payloads in a row; as two pages of the Data API hold.
LONGEST_ABSENCE = 100
# `last_seen_at` is no more exact.
REMINDER = timedelta(days=1)
# Names made up at random would fill the table.
MOST_NOTED = 500
LONGEST_EXAMPLE = 200
# Where a field's path would stand, for a kind that has no contract.
NEW_KIND = "(a new kind)"

# A field, and whether it went.
Drift = tuple[str, bool]


@dataclass
class Watch:
    """What this process knows of one contract: what was noted of it and when, and how long a field is gone."""

    name: str
    contract: contracts.Contract
    noted: dict[Drift, datetime]
    absences: dict[str, int] = field(default_factory=dict)

    @property
    def has_missing_fields(self) -> bool:
        """Tell whether a field is missing that may come back."""
        return bool(self.absences) or any(is_vanished for _, is_vanished in self.noted)


_watches: dict[str, Watch] = {}


def note(records: Iterable[sources.Record], *, source: str, kind: str, now: datetime) -> None:
    """Note the fields of payloads of one kind that are new, of another type, or gone for long."""
    watch = _find_watch(source=source, kind=kind)
    found: dict[Drift, Any] = {}
    returned: set[Drift] = set()
    for record in records:
        if not watch.has_missing_fields and watch.contract.is_exact(record.payload):
            continue
        for drift, example in look(watch, record.payload):
            seen_at = watch.noted.get(drift)
            if seen_at is None and len(watch.noted) + len(found) >= MOST_NOTED:
                continue
            if seen_at is None or now - seen_at >= REMINDER:
                found.setdefault(drift, example)
        returned |= _count_absences(watch, record.payload)
    gone = {(path, True): "" for path, count in watch.absences.items() if count >= LONGEST_ABSENCE}
    found |= {drift: example for drift, example in gone.items() if drift not in watch.noted}
    _keep(watch, found, returned=returned, now=now)


def list_open() -> QuerySet[ContractDrift]:
    """Return what nobody has accepted."""
    return ContractDrift.objects.filter(accepted_at=None).order_by("contract", "path", "is_vanished")


def accept(fields: Iterable[str] = (), *, now: datetime) -> int:
    """Accept some drifts, named as they print, or all; return how many."""
    wanted = set(fields)
    pks = [row.pk for row in list_open() if not wanted or str(row) in wanted]
    return ContractDrift.objects.filter(pk__in=pks).update(accepted_at=now)


def settle() -> None:
    """Forget what contracts have come to say since it was noted."""
    for name in ContractDrift.objects.values_list("contract", flat=True).distinct():
        _settle(name)


def forget_notes() -> None:
    """Forget what this process knows, as one that starts does not know it."""
    _watches.clear()


def _find_watch(*, source: str, kind: str) -> Watch:
    name = f"{source}.{kind}"[:64]
    if name not in _watches:
        _settle(name)
        rows = ContractDrift.objects.filter(contract=name)
        noted = {(path, gone): at for path, gone, at in rows.values_list("path", "is_vanished", "last_seen_at")}
        _watches[name] = Watch(name, contracts.find(source=source, kind=kind), noted)
    return _watches[name]


def _settle(name: str) -> None:
    rows = ContractDrift.objects.filter(contract=name)
    if not contracts.is_known(name):
        return
    contract = contracts.get(name)
    rows.filter(is_vanished=False, path__in=[*contract.paths, NEW_KIND]).delete()
    steady = [".".join((*holder, each)) for holder, names in contract.steady.items() for each in names]
    rows.filter(is_vanished=True).exclude(path__in=steady).delete()


def look(watch: Watch, payload: dict[str, Any]) -> Iterator[tuple[Drift, Any]]:
    """Yield the fields of a payload that its contract does not name, or names as another type."""
    if not contracts.is_known(watch.name):
        yield (NEW_KIND, False), payload
        return
    for place, value in shapes.find_new(payload, watch.contract.fields):
        yield (shapes.name_path(place)[:255], False), value
    for problem in watch.contract.find_type_problems(payload):
        value = _value_at(payload, problem.place)
        yield (f"{shapes.name_path(problem.place)[:200]} ({type(value).__name__})", False), value


def _count_absences(watch: Watch, payload: dict[str, Any]) -> set[Drift]:
    """Count the steady fields that a payload is without; return those that are back."""
    returned = set()
    for way, names in watch.contract.steady.items():
        holder: Any = payload
        for step in way:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if not isinstance(holder, dict):
            continue  # a part that was not asked for
        for name in names:
            path = ".".join((*way, name))
            if holder.get(name) is None:
                watch.absences[path] = watch.absences.get(path, 0) + 1
            elif watch.absences.pop(path, 0) >= LONGEST_ABSENCE or (path, True) in watch.noted:
                returned.add((path, True))
    return returned


def _keep(watch: Watch, found: dict[Drift, Any], *, returned: set[Drift], now: datetime) -> None:
    back = sorted(path for path, _ in returned & watch.noted.keys())
    if back:
        ContractDrift.objects.filter(contract=watch.name, path__in=back, is_vanished=True).delete()
    if found:
        ContractDrift.objects.bulk_create(
            [
                ContractDrift(
                    contract=watch.name,
                    path=path,
                    is_vanished=is_vanished,
                    example=_describe(example) if not is_vanished else "",
                    first_seen_at=now,
                    last_seen_at=now,
                )
                # In one order, so that two processes never wait for each other.
                for (path, is_vanished), example in sorted(found.items(), key=lambda each: each[0])
            ],
            update_conflicts=True,
            unique_fields=["contract", "path", "is_vanished"],
            update_fields=["last_seen_at"],
        )
        logger.warning("%s drifts: %s", watch.name, ", ".join(sorted(path for path, _ in found)))
    if back or found:
        # What is rolled back is noted again with the next page.
        transaction.on_commit(partial(_remember, watch, found=set(found), returned=returned, now=now))


def _remember(watch: Watch, *, found: set[Drift], returned: set[Drift], now: datetime) -> None:
    for drift in returned:
        watch.noted.pop(drift, None)
    watch.noted.update(dict.fromkeys(found, now))


def _value_at(payload: Any, place: shapes.Place) -> Any:
    for step in place:
        if isinstance(payload, list) and isinstance(step, int):
            payload = payload[step]
        else:
            payload = payload.get(step) if isinstance(payload, dict) else None
    return payload


def _describe(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:LONGEST_EXAMPLE]

"""Rebuilding an empty database from the lake."""

import json
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string
from tqdm import tqdm

from ingestion import locks, tombstones
from ingestion.models import MediaFile, RawObservation


def ingest(command: BaseCommand, *, options: dict[str, Any]) -> None:
    """Let every app bring back what it keeps in the lake, and name what could not be read. Raises CommandError."""
    before = _count_held()
    try:
        with _Bars() as bars:
            unreadable = [each for path in settings.REPLAYS for each in import_string(path)(watch=bars)]
    except (locks.AlreadyRunningError, tombstones.BrokenTombstoneError) as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"Could not read {error.filename or 'the lake'}: {error.strerror}.") from None
    counts = bars.counts | {"unreadable": len(unreadable)}
    if options["json"]:
        command.stdout.write(json.dumps(counts))
    else:
        command.stdout.write(", ".join(f"{what}: {count}" for what, count in counts.items()))
        is_empty = not any(counts.values())
        hint = f"The lake holds nothing: {settings.LAKE_URL}." if is_empty else "build_warehouse makes its marts."
        command.stdout.write(hint)
    if before:
        command.stderr.write(_tell_of_held(before, added=_count_held() - before))
    for each in unreadable:
        command.stderr.write(f"{each.key}: {each.reason}")
    if unreadable:
        raise CommandError("Some objects of the lake could not be brought back: they are named above.")


def _count_held() -> int:
    return RawObservation.objects.count() + MediaFile.objects.count()


def _tell_of_held(held: int, *, added: int) -> str:
    """Say what a database that was not empty has been given."""
    came = f"{added} more came from the lake" if added else "the lake holds nothing that it lacked"
    return f"The database was not empty: of sightings and media files it held {held} already, and {came}."


class _Bars:
    """A bar for each thing that is rebuilt, and how many objects of it there were."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.bar: tqdm[Any] | None = None

    def __enter__(self) -> "_Bars":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, what: str, done: int, total: int) -> None:
        if self.bar is None or what not in self.counts:
            if self.bar is not None:
                self.bar.close()
            self.bar = tqdm(desc=what, total=total, unit="object", disable=None)
        self.counts[what] = done
        self.bar.update(done - self.bar.n)

"""Whole marts as files: written to disk first, so that memory stays flat and a slow reader holds nothing else."""

import contextlib
import csv
import io
import math
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.db import models
from rest_framework.utils import encoders

CHUNK_ROWS = 2_000
PART_BYTES = 64 * 1024
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
ENCODER = encoders.JSONEncoder(ensure_ascii=False)

Row = Sequence[Any]


class FileParts:
    """The parts of a file, which is closed after the last, or sooner by whoever answers with it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        with self.file:
            yield from iter(lambda: self.file.read(PART_BYTES), b"")


class AwaitedFileParts:
    """The same for a server that awaits them: of plain ones Django would read all at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.close = file.close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await sync_to_async(self.file.read)(PART_BYTES):
            yield part
        self.close()


def write_csv(file: IO[str], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write CSV with a header; text that a spreadsheet would run gets a quote before it."""
    writer = csv.writer(file)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_defuse(_plain(value)) for value in row])


def write_json_lines(file: IO[str], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write one JSON object a line, each value as the API writes it."""
    for row in rows:
        file.write(ENCODER.encode(dict(zip(names, map(_finite, row), strict=True))) + "\n")


FORMATS: dict[str, tuple[str, Callable[[IO[str], Sequence[str], Iterable[Row]], None]]] = {
    "csv": ("text/csv", write_csv),
    "jsonl": ("application/x-ndjson", write_json_lines),
}


def export_rows(rows: models.QuerySet[Any], *, names: Sequence[str], format_name: str) -> IO[bytes]:
    """Return a nameless file of all rows, open at its end; it is gone once closed. Called within a transaction."""
    _content_type, write = FORMATS[format_name]
    with contextlib.ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        write(text, names, rows.values_list(*names).iterator(chunk_size=CHUNK_ROWS))
        text.detach()
        closing.pop_all()
    return file


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    """Return a value as JSON writes it, without the quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str | int | float):
        return _finite(value)
    return ENCODER.default(value)


def _defuse(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

"""Rows as a table of text."""

from collections.abc import Iterable, Sequence
from typing import Any


def format_table(*, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Align columns under their names; numbers stand to the right."""
    table = list(rows)
    widths = [max(len(name), *(len(_show(row[index])) for row in table), 0) for index, name in enumerate(columns)]
    head = "  ".join(name.ljust(width) for name, width in zip(columns, widths, strict=True))
    body = [
        "  ".join(_align(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    ]
    return "\n".join([head.rstrip(), "  ".join("-" * width for width in widths), *body])


def _align(cell: Any, width: int) -> str:
    text = _show(cell)
    return text.rjust(width) if isinstance(cell, int | float) else text.ljust(width)


def _show(cell: Any) -> str:
    if cell is None:
        return "NULL"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return str(cell)

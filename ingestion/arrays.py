"""Arrays for PostgreSQL in its own notation, for statements about a page of rows at once.

For hundreds of ids the driver's own way takes longer than what the statement does with them.
"""

from collections.abc import Iterable


def write_numbers(values: Iterable[int]) -> str:
    """Return whole numbers as one text, to be cast: `%s::bigint[]`."""
    return f"{{{','.join(map(str, values))}}}"


def write_texts(values: Iterable[str]) -> str:
    """Return texts as one, to be cast: `%s::text[]`."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    joined = '","'.join(quoted)
    return f'{{"{joined}"}}' if quoted else "{}"

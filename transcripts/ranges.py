"""Byte ranges as RFC 9110, section 14, has them: one range is served, what is not understood is passed over."""

import re
from dataclasses import dataclass

# One range: `bytes=0-99`, `bytes=100-`, `bytes=-50`. Of several the whole is served, as the RFC allows.
ONE_RANGE = re.compile(
    r"bytes\s*=\s*(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<suffix>\d{1,18}))\s*", re.ASCII
)


class UnsatisfiableError(Exception):
    """A range that lies outside of what there is."""

    permanent = True


@dataclass(frozen=True)
class Span:
    """Bytes from `first` up to, and with, `last`."""

    first: int
    last: int

    @property
    def byte_count(self) -> int:
        return self.last - self.first + 1


def parse(header: str, *, byte_count: int) -> Span | None:
    """Return the bytes a Range header asks for, None where the whole is to be served.

    Raises UnsatisfiableError for a range without a byte in it.
    """
    found = ONE_RANGE.fullmatch(header.strip().lower())
    if found is None:
        return None
    if found["suffix"]:
        first, last = max(0, byte_count - int(found["suffix"])), byte_count - 1
    else:
        first, last = int(found["first"]), int(found["last"] or byte_count - 1)
        if found["last"] and last < first:
            return None
    last = min(last, byte_count - 1)
    if first > last:
        raise UnsatisfiableError(f"{header} of {byte_count} bytes")
    return Span(first, last)

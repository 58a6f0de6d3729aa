"""The yt-dlp process: an order comes in, events go out, and with whoever gave the order it ends.

python -m ingestion.extraction.child
"""

import functools
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from ingestion.extraction import download, messages, metadata
from ingestion.extraction.messages import Event

WORK: dict[type[Any], Callable[..., None]] = {
    messages.AudioOrder: download.fetch,
    messages.InfoOrder: metadata.describe,
    messages.ListingOrder: metadata.list_entries,
}


def main() -> None:
    """Carry out the order on standard input."""
    events = _take_standard_output()
    order = messages.decode(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    WORK[type(order)](order, emit=functools.partial(_write, events))


def _take_standard_output() -> BinaryIO:
    """Keep standard output for events: whatever else is printed goes to standard error."""
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return events


def _write(events: BinaryIO, event: Event) -> None:
    events.write(messages.encode(event))
    events.flush()


def _end_with_the_worker() -> None:
    """End at once when the pipe is closed, as it is however the worker ends."""
    while os.read(0, 1):  # not through sys.stdin, whose lock a thread must not hold while Python ends
        pass
    os._exit(1)


if __name__ == "__main__":
    main()

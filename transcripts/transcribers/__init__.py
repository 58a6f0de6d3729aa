"""The ways of hearing: `get` makes the one that `TRANSCRIBERS` names."""

import functools
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from transcripts.transcribers.base import Hearing, Transcriber, TranscriberError

__all__ = ["Hearing", "Transcriber", "TranscriberError", "get"]


@functools.cache
def get(name: str) -> Transcriber:
    """Return the transcriber of that name; its weights are loaded when it first hears.

    Raises TranscriberError for a name that is not in `TRANSCRIBERS`.
    """
    entries: dict[str, Any] = settings.TRANSCRIBERS
    if name not in entries:
        raise TranscriberError(f"There is no transcriber {name!r}; choose one of {', '.join(sorted(entries))}.")
    entry = entries[name]
    transcriber: Transcriber = import_string(entry["BACKEND"])(**entry.get("OPTIONS", {}))
    return transcriber

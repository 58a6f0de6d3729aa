"""The ways of hearing: `get` makes the one that `TRANSCRIBERS` names.

What one heard with doubt is heard once more by SECOND_ENGINE, where `TRANSCRIBERS` has it.
"""

import functools
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from transcripts.transcribers.base import Hearing, NotReadyError, Transcriber, TranscriberError

__all__ = ["SECOND_ENGINE", "Hearing", "NotReadyError", "Transcriber", "TranscriberError", "get", "prepare"]

SECOND_ENGINE = "second_pass"


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


def prepare(name: str) -> Transcriber:
    """Return the transcriber of that name with what it needs loaded, that of a second pass too.

    Raises TranscriberError.
    """
    transcriber = get(name)
    transcriber.prepare()
    if SECOND_ENGINE in settings.TRANSCRIBERS:
        get(SECOND_ENGINE).prepare()
    return transcriber

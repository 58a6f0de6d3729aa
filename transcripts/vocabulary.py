"""The names and terms of a lecture, which an engine that is told of them spells as its course does."""

import re
from collections.abc import Iterator
from typing import Any

from ingestion.models import Course, RawRecord, Video

KINDS = ("video", "info")
# Whisper's prompt has room for 223 tokens; what it does not know takes one for every two or three letters.
MOST_CHARACTERS = 400
# A capital within a sentence: a name.
NAME = re.compile(r"(?<=[a-z,;:] )[A-Z]\w+(?: [A-Z]\w+)*")


def gather(video: Video) -> str:
    """Return the terms of a video's courses, its tags, its title and the names in its description, once each."""
    record = (
        RawRecord.objects.filter(video_id=video.video_id, kind__in=KINDS).order_by("-fetched_at", "-pk").first()
    )
    terms = {term.casefold(): term for term in _find_terms(video, record.payload if record else {})}
    kept, count = [], 0
    for term in terms.values():
        count += len(term) + 2
        if count > MOST_CHARACTERS:
            break
        kept.append(term)
    return ", ".join(kept)


def _find_terms(video: Video, payload: dict[str, Any]) -> Iterator[str]:
    details = payload.get("snippet", payload)
    for glossary in Course.objects.filter(videos=video).order_by("pk").values_list("glossary", flat=True):
        yield from filter(None, map(str.strip, glossary.splitlines()))
    yield from details.get("tags") or []
    yield video.title
    yield from NAME.findall(details.get("description") or "")

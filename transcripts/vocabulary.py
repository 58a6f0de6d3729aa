"""The names and terms of a lecture, which an engine that is told of them spells as its course does."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ingestion.models import Course, RawRecord, Video

KINDS = ("video", "info")
# Whisper's prompt has room for 223 tokens; what it does not know takes one for every two or three letters.
MOST_CHARACTERS = 400
# A capital within a sentence: a name.
NAME = re.compile(r"(?<=[a-z,;:] )[A-Z]\w+(?: [A-Z]\w+)*")


def gather(video: Video) -> str:
    """Return the terms of a video's courses, its tags, its title and the names in its description, once each."""
    records = RawRecord.objects.filter(video_id=video.video_id, kind__in=KINDS).order_by("-fetched_at", "-pk")
    payload = records.values_list("payload", flat=True).first() or {}
    glossaries = Course.objects.filter(videos=video).order_by("pk").values_list("glossary", flat=True)
    return compose(payload.get("snippet", payload), title=video.title, glossaries=glossaries)


def compose(details: dict[str, Any], *, title: str, glossaries: Iterable[str] = ()) -> str:
    """Return as many terms as a prompt has room for, separated by commas."""
    terms = {term.casefold(): term for term in _find_terms(details, title=title, glossaries=glossaries)}
    kept, count = [], 0
    for term in terms.values():
        count += len(term) + len(", ")
        if count > MOST_CHARACTERS:
            break
        kept.append(term)
    return ", ".join(kept)


def _find_terms(details: dict[str, Any], *, title: str, glossaries: Iterable[str]) -> Iterator[str]:
    for glossary in glossaries:
        yield from filter(None, map(str.strip, glossary.splitlines()))
    yield from details.get("tags") or []
    yield from filter(None, [title])
    yield from NAME.findall(details.get("description") or "")

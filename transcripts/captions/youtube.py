"""Captions as YouTube's player gets them: json3, and the three versions of its timed text in XML.

Those that YouTube made itself have a time for each word, and stay on the screen while the next line is said.
"""

import html
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from transcripts.audio import UnreadableAudioError
from transcripts.captions import markup, trees
from transcripts.captions.cues import Cue, Reading, count_skipped

MILLISECONDS = 0.001
LONGEST_SECONDS = 1e7


@dataclass(frozen=True)
class _Event:
    """What is shown at once: parts of its text, and how long after its start each is said."""

    start_seconds: float
    end_seconds: float
    parts: tuple[str, ...]
    offsets_seconds: tuple[float, ...]


def read_json3(text: str) -> Reading:
    """Return the events that say something. Raises UnreadableAudioError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableAudioError("The captions are no well-formed JSON.") from error
    listed = found.get("events") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise UnreadableAudioError("The file is JSON, but no json3 of YouTube.")
    return _collect(_read_segments(event) for event in listed if isinstance(event, dict))


def read_timed_text(text: str) -> Reading:
    """Return the lines of a `transcript` (srv1) or of a `timedtext` (srv2, srv3). Raises UnreadableAudioError."""
    tree = trees.grow(text)
    read = _read_text if trees.name_of(tree.root) == "transcript" else _read_paragraph
    lines = (element for element in tree.root.iter() if trees.name_of(element) in ("p", "text"))
    reading = _collect(map(read, lines))
    return replace(reading, repairs=tree.repairs + reading.repairs)


def _read_segments(event: dict[str, Any]) -> _Event | None:
    listed = event.get("segs")
    segments = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return _make_event(
        _seconds(event.get("tStartMs")),
        _seconds(event.get("dDurationMs", 0)),
        [(text, each.get("tOffsetMs", 0)) for each in segments if isinstance(text := each.get("utf8"), str)],
    )


def _read_text(element: ET.Element) -> _Event | None:
    start, duration = (_seconds(element.get(name, 0), unit=1.0) for name in ("start", "dur"))
    # Escaped once as XML and once as HTML.
    return _make_event(start, duration, [(html.unescape("".join(element.itertext())), 0)])


def _read_paragraph(element: ET.Element) -> _Event | None:
    parts: list[tuple[str, Any]] = [(element.text or "", 0)]
    for child in element:
        parts.append(("\n" if trees.name_of(child) == "br" else "".join(child.itertext()), child.get("t", 0)))
        parts.append((child.tail or "", child.get("t", 0)))
    return _make_event(_seconds(element.get("t")), _seconds(element.get("d", 0)), parts)


def _make_event(start: float | None, duration: float | None, parts: Iterable[tuple[str, Any]]) -> _Event | None:
    """Return an event, None for one whose times make no sense."""
    said = [(text, _seconds(offset)) for text, offset in parts if text]
    offsets = tuple(offset for _, offset in said if offset is not None)
    if start is None or duration is None or len(offsets) < len(said):
        return None
    return _Event(start, round(start + duration, 3), tuple(text for text, _ in said), offsets)


def _collect(read: Iterable[_Event | None]) -> Reading:
    events = list(read)
    sound = [event for event in events if event is not None]
    shown = sorted((event for event in sound if "".join(event.parts).strip()), key=lambda each: each.start_seconds)
    cues = tuple(_make_cue(event) for event in _clip(shown))
    return Reading(cues, repairs=count_skipped(len(events) - len(sound)))


def _clip(events: list[_Event]) -> Iterator[_Event]:
    """Yield events that end where the next one starts."""
    for event, following in pairwise(events):
        is_longer = event.start_seconds < following.start_seconds < event.end_seconds
        yield replace(event, end_seconds=following.start_seconds) if is_longer else event
    yield from events[-1:]


def _make_cue(event: _Event) -> Cue:
    start, end = event.start_seconds, event.end_seconds
    if not any(event.offsets_seconds):
        return markup.read_cue("".join(event.parts), start_seconds=start, end_seconds=end)
    starts = [round(start + offset, 3) for offset in event.offsets_seconds]
    return Cue(start, end, (markup.join(markup.read_words(event.parts, starts=starts, end_seconds=end)),))


def _seconds(value: Any, *, unit: float = MILLISECONDS) -> float | None:
    """Return a time that makes sense, None for any other value."""
    try:
        seconds = round(float(value) * unit, 3)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < LONGEST_SECONDS else None

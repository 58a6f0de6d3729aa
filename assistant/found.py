"""What a page shows of a search: lectures, and in each the sentences with the query's words marked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.urls import reverse

from assistant import wording
from assistant.services.search import Hit
from transcripts import clock

PAGE_SIZE = 20
# The search ranks every sentence there is. On two lectures, what has nothing to do with them scores up to .12
# and a single word that is said in them from .2.
LEAST_SHOWN = 0.15


@dataclass(frozen=True)
class Piece:
    """Some of a sentence; marked where it is a word of the query."""

    text: str
    is_marked: bool


@dataclass(frozen=True)
class Place:
    """A sentence found and the address of our page that opens it."""

    pieces: list[Piece]
    clock: str
    page_url: str


@dataclass
class Lecture:
    """The sentences found in one lecture, in the order of the search."""

    title: str
    page_url: str
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """One page of what was found, the lecture of the best hit first."""

    lectures: list[Lecture]
    number: int
    has_next: bool

    @property
    def next(self) -> int:
        return self.number + 1

    @property
    def previous(self) -> int:
        return self.number - 1


def count_wanted(number: int) -> int:
    """Return how many hits it takes to show a page and know whether another follows."""
    return number * PAGE_SIZE + 1


def make_page(hits: Iterable[Hit], *, query: str, number: int) -> Page:
    """Return a page of the hits, best first; those that have nothing to do with the query are left out."""
    near = [hit for hit in hits if hit.score >= LEAST_SHOWN]
    shown = near[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page(_group(shown, query=query), number, has_next=len(near) > number * PAGE_SIZE)


def mark_words(text: str, *, query: str) -> Iterator[Piece]:
    """Yield the text in pieces: words whose stem the query has, and what stands between them."""
    stems = set(wording.find_stems(query))
    for part in re.split(rf"({wording.WORD.pattern})", text):
        if part:
            yield Piece(part, bool(stems & set(wording.find_stems(part))))


def _group(hits: Iterable[Hit], *, query: str) -> list[Lecture]:
    lectures: dict[str, Lecture] = {}
    for hit in hits:
        url = reverse("video", args=[hit.video_id])
        lecture = lectures.setdefault(hit.video_id, Lecture(hit.title or hit.video_id, url))
        second = int(hit.start_seconds)
        pieces = list(mark_words(hit.text, query=query))
        lecture.places.append(Place(pieces, clock.format_clock(second), f"{url}?t={second}"))
    return list(lectures.values())

"""The chapters of a lecture: those its publisher named, else those found by what is spoken of."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ingestion.models import Video
from transcripts import moments, topics
from transcripts.models import Transcription

# A lecture that turns to fewer is one topic; YouTube asks for as many.
FEWEST_CHAPTERS = 3
TITLE_WORDS = 11
# Cutting an hour takes some hundredths of a second, and comes out the same until the transcript changes.
CACHE_SECONDS = 24 * 60 * 60


class Origin(models.TextChoices):
    """Where chapters come from."""

    PUBLISHED = "published", _("published")
    FOUND = "found", _("found by topic")


@dataclass(frozen=True)
class Chapter(moments.Moment):
    """From which second on, and what it is called: one that was found, by its first words."""

    origin: Origin


def find_chapters(
    video: Video, *, transcription: Transcription | None, lines: Sequence[moments.Moment]
) -> list[Chapter]:
    """Return the chapters of a video, in order; none where nobody named any and no topics tell them apart.

    The lines are what is said in the transcription.
    """
    published = video.chapters.order_by("position").values_list("start_seconds", "title")
    if named := [Chapter(*row, origin=Origin.PUBLISHED) for row in published]:
        return named
    starts = _find_starts(transcription, lines) if transcription and lines else []
    if len(starts) < FEWEST_CHAPTERS:
        return []
    opening = [lines[index] for index in starts]
    titles = [Truncator(line.text).words(TITLE_WORDS, truncate=" …") for line in opening]
    seconds = [0.0, *(line.start_seconds for line in opening[1:])]
    return [Chapter(*found, origin=Origin.FOUND) for found in zip(seconds, titles, strict=True)]


def _find_starts(transcription: Transcription, lines: Sequence[moments.Moment]) -> list[int]:
    """Return which lines begin a topic, as they were found for this state of the transcript."""
    finished = transcription.finished_at.timestamp() if transcription.finished_at else 0
    key = f"topics-{transcription.pk}-{transcription.revision}-{finished}-{len(lines)}"
    kept: list[int] | None = cache.get(key)
    if kept is None:
        kept = topics.find_starts([line.text for line in lines])
        cache.set(key, kept, CACHE_SECONDS)
    return kept

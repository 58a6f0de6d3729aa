"""One lecture as its page shows it: where it stands, what is said when, its chapters and how it is played."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from ingestion.models import Availability, MediaFile, Video
from transcripts import chaptering, exports, media, moments, standing
from transcripts.models import NOT_SAID, PLACE, UNFINISHED_STATES, Correction, Segment, Transcription

# The place in the queue is not counted further.
MOST_AHEAD = 1000


@dataclass(frozen=True)
class Lecture:
    """A video and where its transcript stands; a template asks for the rest where it shows it."""

    video: Video
    standing: standing.Standing
    recording: MediaFile | None

    @property
    def plays_on_youtube(self) -> bool:
        """Tell whether YouTube can be expected to play it."""
        is_shown_there = self.video.availability in {Availability.PUBLIC, Availability.UNLISTED}
        return self.video.is_on_youtube and is_shown_there

    @property
    def duration_seconds(self) -> float | None:
        heard = self.standing.row.duration_seconds if self.standing.row else None
        return self.video.duration_seconds or heard

    @property
    def content_type(self) -> str:
        return media.name_content_type(self.recording) if self.recording else ""

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("video/")

    @property
    def formats(self) -> list[str]:
        return list(exports.FORMATS)

    @cached_property
    def lines(self) -> list[moments.Line]:
        """What is trusted of the transcript, in order."""
        if not self.standing.is_ready:
            return []
        trusted = Segment.objects.trusted().filter(transcription=self.standing.row).order_by("position")
        rows = trusted.values_list("start_seconds", "text", "pk", "correction__heard_text", "correction__text")
        return [moments.Line(start, text, pk, heard != said) for start, text, pk, heard, said in rows]

    @cached_property
    def unplaced(self) -> list[Correction]:
        """Corrections that fit no line since the lecture was transcribed again."""
        return list(Correction.objects.unplaced().filter(video=self.video).order_by("start_seconds", "pk"))

    @cached_property
    def taken_out(self) -> list[Segment]:
        """What was heard and, as a person found, never said; `text_before` is what it said last."""
        if not self.standing.is_ready:
            return []
        same = {name: OuterRef(f"correction__{name}") for name in PLACE}
        before = Correction.objects.filter(**same).exclude(text="").order_by("-version").values("text")[:1]
        rows = Segment.objects.filter(transcription=self.standing.row, gate_reason=NOT_SAID)
        named = rows.annotate(text_before=Coalesce(Subquery(before), "heard_text"))
        return list(named.select_related("correction").order_by("position"))

    @property
    def taken_out_count(self) -> int:
        return len(self.taken_out)

    @property
    def unplaced_count(self) -> int:
        return len(self.unplaced)

    @cached_property
    def chapters(self) -> list[chaptering.Chapter]:
        """Those its publisher named, else those found by topic."""
        return chaptering.find_chapters(self.video, transcription=self.standing.row, lines=self.lines)

    @property
    def has_found_chapters(self) -> bool:
        return any(chapter.origin == chaptering.Origin.FOUND for chapter in self.chapters)

    @cached_property
    def ahead_count(self) -> int:
        """How many recordings are heard before this one, counted to MOST_AHEAD."""
        if self.standing.row is None:
            return 0
        waiting = Transcription.objects.filter(state__in=UNFINISHED_STATES, pk__lt=self.standing.row.pk)
        return waiting[:MOST_AHEAD].count()


def open_lecture(video: Video) -> Lecture:
    """Return a video as its page shows it."""
    return Lecture(video, standing.find([video.pk])[video.pk], media.find_recording(video))

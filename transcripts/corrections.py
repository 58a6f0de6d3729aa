"""What people correct in a transcript: versions that are kept, and carried over to whatever is heard later.

A correction stands for a place: a stretch of a recording and the words heard there. When another transcript comes
to be read, heard again or from another recording, the last version of each place is put in anew where the segment
that it overlaps most says, case and marks aside, the words that were corrected or those they were corrected to; of
two that fit one segment the later stands. Any other is kept and shown as one that needs review, until a person has
corrected what stands there now, if need be, and settled it. What is settled or undone ends in a version that says
what was heard. An empty text says that nothing was said there: the segment is kept and not shown downstream.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from ingestion.models import OPERATE, Course, MediaFile, MediaKind, Video
from transcripts import word_times
from transcripts.models import NOT_SAID, PLACE, Correction, Segment, Transcription

LONGEST_TEXT = 2000
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CorrectionError(Exception):
    """A correction that cannot be made; the message says why, in one sentence."""

    permanent = True


class UnusableTextError(CorrectionError):
    """A text that no segment can have."""


class OutdatedError(CorrectionError):
    """A correction of something that another person has changed meanwhile."""


@dataclass(frozen=True)
class Version:
    """What a segment said once, and who wrote it; 0 is what was heard."""

    version: int
    text: str
    user: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True)
class TrainingExample:
    """A stretch of an audio object, what was heard in it and what a person says is said."""

    audio_key: str
    start_seconds: float
    end_seconds: float
    heard_text: str
    text: str


def may_correct(*, video: Video, user: User | AnonymousUser) -> bool:
    """Tell whether a person corrects what is said in a video: who leads a course it is in, and operators."""
    return user.has_perm(OPERATE) or Course.objects.led_by(user).filter(videos=video).exists()


def find_shown(user: User | AnonymousUser) -> QuerySet[Segment]:
    """Return the segments that can be corrected of the transcripts that are read of the videos a person sees."""
    shown = Segment.objects.correctable().filter(
        transcription__is_preferred=True, transcription__video__in=Video.objects.visible_to(user)
    )
    return shown.select_related("correction", "transcription__video")


@transaction.atomic
def correct_segment(*, segment_id: int, text: str, version: int, user: User) -> Segment:
    """Give a segment another text, or none, and return it; `version` is the one the person has seen.

    A text that it has already changes nothing. Raises UnusableTextError and OutdatedError.
    """
    wanted = _clean(text)
    segment = _lock(segment_id)
    if segment.text == wanted:
        return segment
    if segment.version != version:
        raise OutdatedError(_("Someone else has corrected this meanwhile: compare the texts, then save again."))
    place, heard_text = _place_of(segment), segment.as_heard
    _put_in(segment, _add_version(place, heard_text=heard_text, text=wanted, user=user))
    Transcription.objects.filter(pk=segment.transcription_id).update(revision=F("revision") + 1)
    return segment


@transaction.atomic
def settle(*, correction_id: int, user: User) -> None:
    """Let go of a correction that needs review; one that needs none is left as it is."""
    video = Video.objects.select_for_update(of=("self",), no_key=True).get(corrections=correction_id)
    row = Correction.objects.unplaced().filter(pk=correction_id, video=video).first()
    if row is not None:
        _add_version(_place_of(row), heard_text=row.heard_text, text=row.heard_text, user=user)


def find_versions(segment: Segment) -> list[Version]:
    """Return all that a segment has said, the newest first, what was heard last."""
    rows = Correction.objects.filter(**_place_of(segment)).select_related("user").order_by("-version")
    written = [
        Version(row.version, row.text, row.user.get_username() if row.user else "", row.created_at) for row in rows
    ]
    return [*written, Version(0, segment.as_heard)]


def carry_over(transcription: Transcription) -> int:
    """Put the last versions of a video's corrections into a transcript; return how many segments changed.

    The caller holds the video's lock.
    """
    newest = list(Correction.objects.newest().filter(video=transcription.video_id).order_by("created_at", "pk"))
    if not newest:
        return 0
    correctable = Segment.objects.correctable().filter(transcription=transcription)
    segments = list(correctable.select_related("correction").order_by("position"))
    changed_count = sum(_carry(correction, segments) for correction in newest)
    if changed_count:
        Transcription.objects.filter(pk=transcription.pk).update(revision=F("revision") + 1)
    return changed_count


def read_training_examples() -> Iterator[TrainingExample]:
    """Yield every correction that stands of audio that is held, in the order in which they were made."""
    audio = MediaFile.objects.filter(
        video=OuterRef("video"), sha256=OuterRef("media_sha256"), kind=MediaKind.AUDIO
    )
    rows = Correction.objects.standing().filter(video__in=Video.objects.retained())
    heard = rows.annotate(audio_key=Subquery(audio.values("lake_key")[:1])).exclude(audio_key=None)
    named = heard.values_list("audio_key", "start_seconds", "end_seconds", "heard_text", "text")
    for row in named.order_by("created_at", "pk").iterator():
        yield TrainingExample(*row)


def _clean(text: str) -> str:
    cleaned = " ".join(text.split())
    if CONTROL_CHARACTERS.search(cleaned):
        raise UnusableTextError(_("A segment holds text alone, no control characters."))
    if len(cleaned) > LONGEST_TEXT:
        raise UnusableTextError(_("A segment has at most %(count)d letters.") % {"count": LONGEST_TEXT})
    return cleaned


def _lock(segment_id: int) -> Segment:
    """Return a segment of the transcript that is read, its video's row locked. Raises OutdatedError."""
    videos = Video.objects.select_for_update(of=("self",), no_key=True)
    video = videos.filter(transcriptions__segments=segment_id).first()
    shown = Segment.objects.correctable().filter(pk=segment_id, transcription__is_preferred=True)
    segment = shown.select_related("correction", "transcription").first()
    if video is None or segment is None:
        raise OutdatedError(_("The transcript has been made anew meanwhile: load the page again."))
    return segment


def _place_of(row: Segment | Correction) -> dict[str, Any]:
    """Return what the versions of a segment have in common: the place of the one that stands, else its own."""
    if isinstance(row, Correction):
        return {name: getattr(row, name) for name in PLACE}
    if row.correction is not None:
        return _place_of(row.correction)
    heard = row.transcription
    own = (heard.video_id, heard.media_sha256, row.start_seconds, row.end_seconds)
    return dict(zip(PLACE, own, strict=True))


def _add_version(place: dict[str, Any], *, heard_text: str, text: str, user: User) -> Correction:
    last = Correction.objects.filter(**place).order_by("-version").first()
    return Correction.objects.create(
        **place,
        version=last.version + 1 if last else 1,
        heard_text=heard_text,
        text=text,
        word_edit_count=word_times.count_edits(heard_text, text),
        user=user,
    )


def _carry(correction: Correction, segments: list[Segment]) -> bool:
    """Put one correction where it belongs, if anywhere; tell whether that changed a segment."""
    place = _place_of(correction)
    segment = next((each for each in segments if each.correction and _place_of(each) == place), None)
    if segment is None and correction.is_change:
        segment = _find_segment(correction, segments)
    if segment is None or segment.correction == correction:
        return False
    if segment.correction and segment.correction.created_at > correction.created_at:
        return False
    _put_in(segment, correction)
    return True


def _find_segment(correction: Correction, segments: list[Segment]) -> Segment | None:
    """Return the segment that says what was corrected, or what it was corrected to, at that time."""
    overlaps = [
        (min(each.end_seconds, correction.end_seconds) - max(each.start_seconds, correction.start_seconds), each)
        for each in segments
    ]
    overlap, segment = max(overlaps, key=itemgetter(0), default=(0.0, None))
    if segment is None or overlap <= 0:
        return None
    known = [word_times.split_words(text) for text in (correction.heard_text, correction.text)]
    return segment if word_times.split_words(segment.as_heard) in known else None


def _put_in(segment: Segment, correction: Correction) -> None:
    if not segment.heard_text:
        segment.heard_text, segment.heard_words = segment.text, segment.words
    heard_words = segment.heard_words
    if correction.is_change:
        segment.text = correction.text
        segment.words = word_times.fit(segment.text, heard=heard_words, end_seconds=segment.end_seconds)
    else:
        segment.text, segment.words = segment.heard_text, heard_words
    segment.gate_reason = "" if segment.text else NOT_SAID
    segment.correction = correction
    segment.save(update_fields=["text", "words", "heard_text", "heard_words", "gate_reason", "correction"])

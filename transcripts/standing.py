"""How far the transcript of a video is, as its viewers are told: one state, why, and what happens next."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion import standing as fetching
from ingestion.models import AudioFetch, MediaKind, VideoQuerySet
from transcripts.models import UNFINISHED_STATES, State, Transcription


class Told(models.TextChoices):
    """What a viewer is told; of a video's transcriptions the one that tells most decides."""

    READY = "ready", _("ready")
    RUNNING = "running", _("being transcribed")
    WAITING = "waiting", _("waiting")
    NO_AUDIO = "no_audio", _("no audio")
    NO_SPEECH = "no_speech", _("no speech")
    UNREADABLE = "unreadable", _("unreadable")
    FAILED = "failed", _("failed")


TOLD_OF_STATE = {
    State.DONE: Told.READY,
    State.RUNNING: Told.RUNNING,
    State.PENDING: Told.WAITING,
    State.NO_AUDIO: Told.NO_AUDIO,
    State.NO_SPEECH: Told.NO_SPEECH,
    State.UNREADABLE_AUDIO: Told.UNREADABLE,
    State.FAILED: Told.FAILED,
}
STATE_OF_TOLD = {told: state for state, told in TOLD_OF_STATE.items()}
TONES = {
    Told.READY: "good",
    Told.RUNNING: "wait",
    Told.WAITING: "wait",
    Told.UNREADABLE: "bad",
    Told.FAILED: "bad",
}


@dataclass(frozen=True)
class Standing:
    """Where a video stands at a time; `row` is the transcription that says so, None before one is planned.

    `fetch` is what is known of audio that is wanted and not here, `captions_reason` why captions were refused.
    """

    told: Told
    row: Transcription | None
    at: datetime
    fetch: AudioFetch | None = None
    captions_reason: str = ""

    @property
    def label(self) -> str:
        return str(self.told.label)

    @property
    def tone(self) -> str:
        return TONES.get(self.told, "")

    @property
    def is_ready(self) -> bool:
        return self.told == Told.READY

    @property
    def is_in_progress(self) -> bool:
        return self.told in {Told.RUNNING, Told.WAITING}

    @property
    def lacks_audio(self) -> bool:
        return self.row is None or self.told == Told.NO_AUDIO

    @property
    def is_of_captions(self) -> bool:
        return self.row is not None and self.row.media_kind == MediaKind.CAPTIONS

    @property
    def is_interrupted(self) -> bool:
        """Tell whether the worker that was at it is gone, and another has still to take over."""
        expires_at = self.row.lease_expires_at if self.row and self.told == Told.RUNNING else None
        return expires_at is not None and expires_at < self.at

    @property
    def percent(self) -> int | None:
        return self.row.percent_heard if self.row and self.told == Told.RUNNING else None

    @property
    def reason(self) -> str:
        """What went wrong, in the words of the transcription; empty where nothing did."""
        return self.row.reason if self.row and self.told in {Told.FAILED, Told.UNREADABLE, Told.WAITING} else ""


def find(video_pks: Iterable[int]) -> dict[int, Standing]:
    """Return the standing of each video, in one query, and another where audio is lacking."""
    pks = list(video_pks)
    rows_of: dict[int, list[Transcription]] = defaultdict(list)
    for row in Transcription.objects.filter(video__in=pks):
        rows_of[row.video_id].append(row)
    now = timezone.now()
    standings = {pk: _judge(rows_of[pk], at=now) for pk in pks}
    lacking = [pk for pk, standing in standings.items() if standing.lacks_audio]
    fetches = fetching.find_missing_audio(lacking) if lacking else {}
    return standings | {pk: replace(standings[pk], fetch=fetch) for pk, fetch in fetches.items()}


def narrow(videos: VideoQuerySet, told: Told) -> VideoQuerySet:
    """Keep the videos of which a viewer is told this."""
    rows = Transcription.objects.filter(video=OuterRef("pk"))
    if told == Told.READY:
        return videos.filter(Exists(rows.preferred()))
    if told == Told.WAITING:
        return videos.exclude(Exists(rows.filter(_tells_more_than_waiting())))
    videos = videos.exclude(Exists(rows.preferred()))
    if told == Told.RUNNING:
        return videos.filter(Exists(rows.filter(state=State.RUNNING)))
    telling = rows.filter(state=STATE_OF_TOLD[told]).exclude(Exists(_better_ended()))
    return videos.exclude(Exists(rows.filter(state__in=UNFINISHED_STATES))).filter(Exists(telling))


def _judge(rows: list[Transcription], *, at: datetime) -> Standing:
    row = min(rows, key=_rank, default=None)
    told = Told.WAITING if row is None else TOLD_OF_STATE[State(row.state)]
    return Standing(told, row, at, captions_reason=_find_captions_reason(rows))


def _find_captions_reason(rows: list[Transcription]) -> str:
    """Return why the newest captions were refused, nothing where they were read."""
    captions = [row for row in rows if row.media_kind == MediaKind.CAPTIONS]
    newest = max(captions, key=lambda row: row.pk, default=None)
    return newest.reason if newest and newest.state == State.UNREADABLE_AUDIO else ""


def _rank(row: Transcription) -> tuple[bool, bool, bool, bool, int]:
    """Order what tells most first; `_better_ended` says the same of ended ones in SQL."""
    return (
        not (row.is_preferred and row.state == State.DONE),
        row.state != State.RUNNING,
        row.state != State.PENDING,
        row.media_kind != MediaKind.AUDIO,
        -row.pk,
    )


def _tells_more_than_waiting() -> Q:
    """A row that is ready or being heard, or one that has ended where none is pending beside it."""
    pending = Transcription.objects.filter(video=OuterRef("video"), state=State.PENDING)
    is_ready = Q(state=State.DONE, is_preferred=True)
    has_ended = ~Q(state__in=UNFINISHED_STATES)
    return is_ready | Q(state=State.RUNNING) | (has_ended & ~Q(Exists(pending)))


def _better_ended() -> "models.QuerySet[Transcription]":
    """Rows of the outer row's video that tell more than it: audio before captions, newer before older."""
    is_newer = Q(media_kind=OuterRef("media_kind"), pk__gt=OuterRef("pk"))
    is_heard = Q(media_kind=MediaKind.AUDIO) & ~Q(media_kind=OuterRef("media_kind"))
    return Transcription.objects.filter(is_newer | is_heard, video=OuterRef("video"))

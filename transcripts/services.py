"""Hearing what has been fetched, once per video, audio and transcriber, however often a worker dies."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Avg, F, Q
from django.utils import timezone

from ingestion.models import MediaFile, Video
from ingestion.progress import Progress
from transcripts import (
    agreement,
    archive,
    claims,
    correction_lake,
    planning,
    preference,
    recordings,
    transcribers,
    vocabulary,
)
from transcripts.audio import UnreadableAudioError
from transcripts.heard import GateMemory, HeardPiece
from transcripts.models import UNFINISHED_STATES, Segment, State, Transcription
from transcripts.transcribers import Hearing, Transcriber

logger = logging.getLogger(__name__)

# Of a long backlog every tick publishes the head only: what waits in the table need not wait in the queue too.
MOST_PUBLISHED = 100

Listener = Callable[[float], None]


class NotRepeatableError(Exception):
    """A transcription that cannot go back to the start; says in a sentence why."""

    permanent = True


def plan_transcriptions(*, engine: str = "") -> int:
    """Create a row for every retained video whose newest audio or captions has none; return how many.

    Without an engine it is the one that `TRANSCRIBER` names.
    """
    return planning.plan(engine=engine or settings.TRANSCRIBER)


def find_next() -> list[int]:
    """Return the ids of the transcriptions to be heard next, at most MOST_PUBLISHED, the oldest first."""
    waiting = Transcription.objects.claimable(at=timezone.now()).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:MOST_PUBLISHED])


def run_transcription(*, transcription_id: int, on_heard: Listener = lambda seconds: None) -> None:
    """Hear one recording to its end state; `on_heard` is told the second reached.

    What has ended already is left as it is. Raises NotClaimableError while another worker has it, and what
    went wrong where another attempt may succeed.
    """
    try:
        claim = claims.take(transcription_id=transcription_id)
    except claims.NotClaimableError as error:
        if error.permanent:
            return
        raise
    with claims.keep(claim):
        _attempt(claim, on_heard=on_heard)


@transaction.atomic
def transcribe_again(*, transcription_id: int) -> None:
    """Send an ended transcription back to the start.

    Raises NotRepeatableError, nothing changed, where it has not ended or would not come out again.
    """
    # The video first, as in `_finish`: the other way round the two would wait for each other.
    videos = Video.objects.select_for_update(of=("self",), no_key=True)
    video = videos.get(transcriptions=transcription_id)
    row = Transcription.objects.select_for_update().get(pk=transcription_id)
    _check_repeatable(row)
    row.state, row.reason, row.attempt_count, row.is_preferred = State.PENDING, "", 0, False
    row.finished_at = row.lease_expires_at = None
    row.heard_until_seconds = row.fruitful_attempt_count = 0
    row.save(
        update_fields=[
            "state",
            "reason",
            "attempt_count",
            "is_preferred",
            "finished_at",
            "lease_expires_at",
            "heard_until_seconds",
            "fruitful_attempt_count",
        ]
    )
    preference.choose(video)


def withdraw_removed() -> int:
    """Delete transcripts and corrections of removed videos, lake objects included; return how many rows went.

    The row of a recording that is being heard stays, empty, until its worker or the end of the lease: it
    knows the key under which that worker may yet write.
    """
    ids = Transcription.objects.removed().values_list("pk", flat=True)
    return sum(_withdraw(pk) for pk in ids) + correction_lake.withdraw_removed()


def transcription_progress() -> Progress:
    """Return how many transcriptions of retained videos have ended, planned or not, and their segments.

    Those that failed with other settings than today's are history: neither work that has ended nor a failure.
    """
    today = planning.find_digests(engine=settings.TRANSCRIBER)
    known = Transcription.objects.retained().exclude(~Q(digest__in=today), state=State.FAILED)
    return Progress(
        done_count=known.ended().count(),
        total_count=known.count() + planning.count_unplanned(engine=settings.TRANSCRIBER),
        row_count=Segment.objects.filter(transcription__in=known).count(),
        failed_count=known.failed().count(),
        obstacle=planning.find_obstacle(engine=settings.TRANSCRIBER),
    )


def _check_repeatable(row: Transcription) -> None:
    if row.state in UNFINISHED_STATES:
        raise NotRepeatableError("It has not ended yet.")
    if row.state == State.NO_AUDIO:
        raise NotRepeatableError("There is no audio to be heard.")
    try:
        digest = transcribers.get(row.engine).digest
    except transcribers.TranscriberError as error:
        raise NotRepeatableError(str(error)) from error
    if digest != row.digest:
        raise NotRepeatableError("It was heard with other settings than today's: the transcript would be lost.")


def _attempt(claim: claims.Claim, *, on_heard: Listener) -> None:
    try:
        _transcribe(claim, on_heard=on_heard)
    except claims.ClaimLostError:
        logger.info("transcription %d: the claim was lost", claim.transcription_id)
    except (claims.VideoRemovedError, planning.OutdatedError):
        _abandon(claim)
    except UnreadableAudioError as error:
        _end(claim, state=State.UNREADABLE_AUDIO, reason=str(error))
    except transcribers.NotReadyError as error:
        logger.warning("transcription %d waits: %s", claim.transcription_id, error)
        _connect_again()
        claim.put_off(reason=str(error))
    except KeyboardInterrupt:
        _connect_again()
        claim.give_back()
        raise
    except (transcribers.TranscriberError, recordings.MissingMediaError) as error:
        _end(claim, state=State.FAILED, reason=str(error))
    except Exception as error:
        _connect_again()
        reason = f"{type(error).__name__}: {error}"
        logger.warning("transcription %d: attempt %d: %s", claim.transcription_id, claim.attempt_count, reason)
        again = claim.held().filter(fruitful_attempt_count__gt=claim.attempt_count - claims.MOST_ATTEMPTS)
        if again.update(state=State.PENDING, reason=reason, lease_expires_at=None):
            raise
        _end(claim, state=State.FAILED, reason=reason)


def _connect_again() -> None:
    if not connection.is_usable():
        connection.close()


def _transcribe(claim: claims.Claim, *, on_heard: Listener) -> None:
    row = Transcription.objects.select_related("video").get(pk=claim.transcription_id)
    transcriber = transcribers.get(row.engine)
    if transcriber.digest != row.digest:
        raise planning.OutdatedError("The transcriber's settings have changed since this was planned.")
    stored_count = _find_place(claim, row)
    media = recordings.find(row)
    worked_seconds, started = row.wall_seconds or 0.0, time.monotonic()
    with (
        recordings.open_locally(media) as path,
        closing(_hear(path, transcriber, row=row, media=media)) as hearing,
    ):
        # What an earlier attempt took the recording's language for stands, with what it heard.
        language = row.language if row.heard_until_seconds else hearing.language
        claim.write(language=language, duration_seconds=hearing.duration_seconds)
        for piece in hearing.pieces:
            wall_seconds = worked_seconds + time.monotonic() - started
            _store(claim, piece, first_position=stored_count, wall_seconds=wall_seconds)
            stored_count += len(piece.segments)
            on_heard(piece.until_seconds)
    claim.write(duration_seconds=F("heard_until_seconds"), gate_memory={})
    if Segment.objects.trusted().filter(transcription_id=claim.transcription_id).exists():
        _finish(claim)
    else:
        _end(claim, state=State.NO_SPEECH, reason=transcriber.explain_silence())


def _hear(path: Path, transcriber: Transcriber, row: Transcription, media: MediaFile) -> Hearing:
    return transcriber.hear(
        path,
        language=recordings.find_language(media),
        from_seconds=row.heard_until_seconds,
        terms=vocabulary.gather(row.video) if transcriber.expects_terms else "",
        memory=GateMemory(**{name: tuple(texts) for name, texts in row.gate_memory.items()}),
    )


@transaction.atomic
def _find_place(claim: claims.Claim, row: Transcription) -> int:
    """Return how many segments an earlier attempt has stored up to its last cut; there this one goes on."""
    claim.confirm()
    stored = Segment.objects.filter(transcription_id=row.pk)
    if not row.heard_until_seconds:
        row.gate_memory, row.wall_seconds = {}, None
        stored.delete()
    claim.write(reason="")
    return stored.count()


@transaction.atomic
def _store(claim: claims.Claim, piece: HeardPiece, *, first_position: int, wall_seconds: float) -> None:
    claim.write(
        heard_until_seconds=piece.until_seconds,
        gate_memory=asdict(piece.memory),
        wall_seconds=wall_seconds,
        fruitful_attempt_count=claim.attempt_count,
    )
    Segment.objects.bulk_create(
        Segment(transcription_id=claim.transcription_id, position=position, **asdict(segment))
        for position, segment in enumerate(piece.segments, first_position)
    )


def _finish(claim: claims.Claim) -> None:
    """Write the object, then the state; the row knows the key before the lake does."""
    finished_at = timezone.now()
    row = Transcription.objects.select_related("video").get(pk=claim.transcription_id)
    key = archive.key_for(row, finished_at=finished_at)
    if row.lake_key != key:
        archive.delete(row.lake_key)
    claim.write(lake_key=key)
    row.state, row.reason, row.finished_at = State.DONE, "", finished_at
    archive.write(row, key=key)
    with transaction.atomic():
        video = Video.objects.select_for_update(no_key=True).get(pk=row.video_id)
        claim.write(
            state=State.DONE,
            finished_at=finished_at,
            lease_expires_at=None,
            reason="",
            mean_log_probability=row.segments.aggregate(mean=Avg("average_log_probability"))["mean"],
        )
        preference.choose(video)
        agreement.score(video)


@transaction.atomic
def _end(claim: claims.Claim, *, state: State, reason: str) -> None:
    row = claim.held().select_for_update().first()
    if row is None:
        return
    archive.delete(row.lake_key)
    if state == State.UNREADABLE_AUDIO:
        row.segments.all().delete()
    claim.held().update(state=state, reason=reason, finished_at=timezone.now(), lease_expires_at=None, lake_key="")


@transaction.atomic
def _abandon(claim: claims.Claim) -> None:
    """Leave neither rows nor objects of a video that was removed meanwhile, or of what is planned anew."""
    row = claim.held().select_for_update().first()
    if row is not None:
        archive.delete(row.lake_key)
        row.delete()


@transaction.atomic
def _withdraw(pk: int) -> bool:
    row = Transcription.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    row.segments.all().delete()
    Transcription.objects.filter(pk=pk).update(heard_until_seconds=0)
    archive.delete(row.lake_key)
    is_held = row.state == State.RUNNING and row.lease_expires_at and row.lease_expires_at > timezone.now()
    if not is_held:
        row.delete()
    return not is_held

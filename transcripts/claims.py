"""Claims: who may work on a transcription, until when, and proof of it at every write.

A claim is a lease that a thread renews while the work goes on; once its worker is gone it expires and
another may claim. The attempt, counted and committed before the work begins, is the fence: what an earlier
attempt still writes changes nothing.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection, models, transaction
from django.utils import timezone

from ingestion.models import Availability
from transcripts.models import UNFINISHED_STATES, State, Transcription

logger = logging.getLogger(__name__)

# A worker that died this often and stored nothing in between will die again.
MOST_ATTEMPTS = 3
BEATS_PER_LEASE = 3


class NotClaimableError(Exception):
    """A transcription that is not to be had: for good where it has ended, for now where another has it."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class ClaimLostError(Exception):
    """The lease ran out and another took the work, or the row is gone."""

    permanent = True


class VideoRemovedError(Exception):
    """The video was removed while it was being heard."""

    permanent = True


@dataclass(frozen=True)
class Claim:
    """One attempt at one transcription."""

    transcription_id: int
    attempt_count: int
    is_lost: threading.Event = field(default_factory=threading.Event, compare=False)

    def held(self) -> "models.QuerySet[Transcription]":
        """The row, as long as this attempt holds it."""
        return Transcription.objects.filter(
            pk=self.transcription_id, state=State.RUNNING, attempt_count=self.attempt_count
        )

    def confirm(self) -> None:
        """Lock the row for the transaction in hand. Raises ClaimLostError or VideoRemovedError."""
        row = self.held().select_for_update(of=("self",)).select_related("video").first()
        if row is None or self.is_lost.is_set():
            raise ClaimLostError(f"transcription {self.transcription_id} is no longer ours")
        if row.video.availability == Availability.REMOVED:
            raise VideoRemovedError(f"the video of transcription {self.transcription_id} was removed")

    def write(self, **values: object) -> None:
        """Change columns of the row, if it is still held."""
        with transaction.atomic():
            self.confirm()
            self.held().update(**values)

    def put_off(self, *, reason: str) -> None:
        """Give the row back for a while, with the reason; the attempt counts as none."""
        self._give_back(reason=reason, lease_expires_at=_next_expiry())

    def give_back(self) -> None:
        """Let another take the row at once; the attempt counts as none."""
        self._give_back(reason="", lease_expires_at=None)

    def _give_back(self, **values: object) -> None:
        # Nothing is written in its name any more: the next attempt may have its number.
        self.held().update(state=State.PENDING, attempt_count=self.attempt_count - 1, **values)


def take(*, transcription_id: int) -> Claim:
    """Claim a transcription, its attempt committed. Raises NotClaimableError.

    One that has used up its attempts ends as failed.
    """
    now = timezone.now()
    row = Transcription.objects.filter(pk=transcription_id).first()
    if row is None or row.state not in UNFINISHED_STATES:
        raise NotClaimableError(f"transcription {transcription_id} has ended", permanent=True)
    unchanged = Transcription.objects.claimable(at=now).filter(
        pk=transcription_id, attempt_count=row.attempt_count
    )
    if row.attempt_count - row.fruitful_attempt_count >= MOST_ATTEMPTS:
        reason = f"The worker died {MOST_ATTEMPTS} times while it was hearing this recording."
        if unchanged.update(state=State.FAILED, reason=reason, finished_at=now, lease_expires_at=None):
            raise NotClaimableError(f"transcription {transcription_id} has failed", permanent=True)
    changed_count = unchanged.update(
        state=State.RUNNING, attempt_count=row.attempt_count + 1, lease_expires_at=_next_expiry()
    )
    if changed_count != 1:
        raise NotClaimableError(f"transcription {transcription_id} is being heard or waits", permanent=False)
    return Claim(transcription_id, row.attempt_count + 1)


@contextmanager
def keep(claim: Claim) -> Iterator[None]:
    """Renew the lease from a thread of its own for as long as the block runs."""
    stopping = threading.Event()
    thread = threading.Thread(target=_beat, args=(claim, stopping), name=f"lease-{claim.transcription_id}")
    thread.daemon = True
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _beat(claim: Claim, stopping: threading.Event) -> None:
    try:
        while not stopping.wait(settings.TRANSCRIPTION_LEASE_SECONDS / BEATS_PER_LEASE):
            _renew(claim)
    finally:
        connection.close()  # this thread's own


def _renew(claim: Claim) -> None:
    try:
        if not claim.held().update(lease_expires_at=_next_expiry()):
            claim.is_lost.set()
    except Error:
        logger.warning("transcription %d: lease not renewed", claim.transcription_id, exc_info=True)
        connection.close()


def _next_expiry() -> datetime:
    return timezone.now() + timedelta(seconds=settings.TRANSCRIPTION_LEASE_SECONDS)

"""Claims: who fetches a video's audio, until when, and proof of it at every write.

The attempt, counted and committed before the work begins, is the fence: what an earlier attempt still writes
changes nothing. A claim whose lease has run out is a worker that died, and counts as a failure of the video.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from ingestion.models import AudioFetch, FetchReason, FetchState

logger = logging.getLogger(__name__)

# Renewed every half of it; a dead worker holds a video no longer than this.
LEASE = timedelta(minutes=2)
# Workers that died over one video: the next will die as well.
MOST_DEATHS = 3


class NotClaimableError(Exception):
    """A fetch that is not due, has ended, or that another worker has."""

    permanent = False


class ClaimLostError(Exception):
    """The lease ran out and another took the work, or the video was removed."""

    permanent = True


@dataclass(frozen=True)
class Claim:
    """One attempt at the audio of one video."""

    fetch_id: int
    video_pk: int
    attempt: int

    @property
    def name(self) -> str:
        """What its folder is called; `find_dead` reads it."""
        return f"{self.fetch_id}-{self.attempt}"

    def held(self) -> "models.QuerySet[AudioFetch]":
        """The row, as long as this attempt holds it."""
        return AudioFetch.objects.filter(pk=self.fetch_id, state=FetchState.RUNNING, attempt_count=self.attempt)

    def get(self) -> AudioFetch:
        """Return the row. Raises ClaimLostError where it is no longer held."""
        if (fetch := self.held().first()) is None:
            raise ClaimLostError(f"the audio of video {self.video_pk} is no longer ours to fetch")
        return fetch

    def renew(self, *, now: datetime) -> None:
        """Hold it for another lease. Raises ClaimLostError."""
        self.write(lease_expires_at=now + LEASE)

    def write(self, **values: object) -> None:
        """Change columns of the row. Raises ClaimLostError where it is no longer held."""
        if self.held().update(**values) != 1:
            raise ClaimLostError(f"the audio of video {self.video_pk} is no longer ours to fetch")


def take(*, video_pk: int, now: datetime) -> Claim:
    """Claim the audio of a video, its attempt committed. Raises NotClaimableError.

    One over which too many workers died is refused from then on.
    """
    fetch = AudioFetch.objects.claimable(at=now).filter(video=video_pk).first()
    if fetch is None:
        raise NotClaimableError(f"the audio of video {video_pk} is not due or not free")
    unchanged = AudioFetch.objects.claimable(at=now).filter(pk=fetch.pk, attempt_count=fetch.attempt_count)
    is_left_by_the_dead = fetch.state == FetchState.RUNNING
    if is_left_by_the_dead and fetch.failure_count + 1 >= MOST_DEATHS:
        _refuse(unchanged, now=now)
        raise NotClaimableError(f"the audio of video {video_pk} has cost too many workers")
    changed_count = unchanged.update(
        state=FetchState.RUNNING,
        attempt_count=F("attempt_count") + 1,
        failure_count=F("failure_count") + int(is_left_by_the_dead),
        lease_expires_at=now + LEASE,
    )
    if changed_count != 1:
        raise NotClaimableError(f"another worker has the audio of video {video_pk}")
    return Claim(fetch_id=fetch.pk, video_pk=video_pk, attempt=fetch.attempt_count + 1)


def is_alive(name: str, *, now: datetime) -> bool:
    """Return whether the attempt that a folder is named for still goes on."""
    pk, _dash, attempt = name.partition("-")
    if not (pk.isdecimal() and attempt.isdecimal()):
        return False
    held = Claim(int(pk), 0, int(attempt)).held()
    return held.filter(lease_expires_at__gte=now).exists()


def _refuse(rows: "models.QuerySet[AudioFetch]", *, now: datetime) -> None:
    error = _("The worker died %(count)s times while it fetched this.") % {"count": MOST_DEATHS}
    rows.update(
        state=FetchState.REFUSED,
        reason=FetchReason.UNKNOWN,
        error=error,
        failure_count=MOST_DEATHS,
        lease_expires_at=None,
        finished_at=now,
    )

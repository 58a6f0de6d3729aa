"""Fetching audio: what is next, one video, once more."""

import logging
import random
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion import locks
from ingestion.audio import claims, delays, scratch
from ingestion.audio.attempts import Attempt
from ingestion.extraction import access, room
from ingestion.models import AudioFetch, FetchReason, FetchState

logger = logging.getLogger(__name__)

SLOT = "fetching from YouTube"

Clock = Callable[[], datetime]


class NotRepeatableError(Exception):
    """A fetch that is under way or done."""

    permanent = True


def fetch_audio(
    *, video_id: int, clock: Clock = timezone.now, jitter: Callable[[], float] = random.random
) -> None:
    """Fetch the audio and captions of a video, by its primary key, unless it is not due or others are at work.

    What went wrong is in the row, with the time of the next attempt.
    """
    try:
        with locks.hold_one_of(settings.YT_DLP_PARALLEL, SLOT):
            claim = claims.take(video_pk=video_id, now=clock())
            Attempt(claim=claim, clock=clock, jitter=jitter).run()
    except (locks.AlreadyRunningError, claims.NotClaimableError, claims.ClaimLostError) as error:
        logger.info("%s", error)


def find_next(*, clock: Clock = timezone.now) -> list[int]:
    """Return the primary keys of the videos to fetch now: as many as are not being fetched already.

    None while the disk is full, or while the site is known to refuse everyone; once that time is over, what was
    refused last goes first, and alone if only one is fetched at a time.
    """
    now = clock()
    running = AudioFetch.objects.filter(state=FetchState.RUNNING, lease_expires_at__gte=now).count()
    free_count = settings.YT_DLP_PARALLEL - running
    if free_count <= 0 or _has_to_wait(now):
        return []
    was_refused = Case(When(reason__in=delays.STOPPING, then=Value(0)), default=Value(1))
    due = AudioFetch.objects.claimable(at=now).order_by(was_refused, "next_attempt_at", "pk")
    return list(due.values_list("video_id", flat=True)[:free_count])


def tidy_up(*, clock: Clock = timezone.now) -> None:
    """Delete what dead workers have left, and wake what a new cookies file may help."""
    now = clock()
    scratch.clean(now=now)
    written_at = access.cookies_written_at()
    waiting = AudioFetch.objects.filter(reason__in=delays.CURED_BY_COOKIES, next_attempt_at__gt=now)
    is_pending = Q(state=FetchState.PENDING)
    if written_at is not None:
        waiting.filter(is_pending, attempted_at__lt=written_at).update(next_attempt_at=now, attempted_at=None)
    elif not settings.YT_DLP_COOKIES_FILE:
        waiting.filter(is_pending, reason=FetchReason.COOKIES_EXPIRED).update(
            next_attempt_at=now, attempted_at=None
        )


def try_again(*, fetch_id: int, clock: Clock = timezone.now) -> None:
    """Let what was refused, or waits, be fetched at the next tick. Raises NotRepeatableError."""
    idle = AudioFetch.objects.filter(pk=fetch_id, state__in=[FetchState.REFUSED, FetchState.PENDING])
    if not idle.update(
        state=FetchState.PENDING,
        reason="",
        error="",
        failure_count=0,
        next_attempt_at=clock(),
        attempted_at=None,
        finished_at=None,
    ):
        raise NotRepeatableError(_("Only what waits or was refused can be tried again."))


def _has_to_wait(now: datetime) -> bool:
    refused = AudioFetch.objects.filter(state=FetchState.PENDING, reason__in=delays.STOPPING)
    if refused.filter(next_attempt_at__gt=now).exists():
        return True
    try:
        room.check(settings.VAR_DIR, least_free_bytes=settings.YT_DLP_LEAST_FREE_MIB * room.MIB)
    except room.DiskFullError as error:
        logger.warning("Nothing is fetched: %s", error)
        return True
    return False

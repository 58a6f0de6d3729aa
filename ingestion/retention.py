"""How long data of others is kept: what its source no longer confirms is refreshed, or purged.

YouTube's terms ask that data of videos one does not own is refreshed or deleted within thirty days. It concerns
what is followed through the Data API; files that people brought themselves stay until somebody removes them. A
video that is gone at its source is hidden at once, and purged after some days, once YouTube has been asked again.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_noop

from ingestion import removal
from ingestion.models import (
    AvailabilityChange,
    Enquiry,
    EnquiryKind,
    Listing,
    RawRecord,
    RemovalCause,
    Video,
    VideoQuerySet,
)
from ingestion.models.catalogue import GONE_STATES
from ingestion.sources import data_api

logger = logging.getLogger(__name__)

# The last share of the time in which a video is asked about, whatever else is planned.
LAST_SHARE = 6
# One reply without it proves little: a video has been asked about again after so long.
ASKED_AGAIN_AFTER = timedelta(days=1)

UNCONFIRMED = gettext_noop("YouTube has not confirmed it for %(days)s days")
GONE = gettext_noop("private or deleted on YouTube for %(days)s days")


def apply_retention(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Have asked about what is nearly too old, remove what is too old or gone for too long; return how many.

    Each stage purges what it holds of them, as of any removed video.
    """
    now = clock()
    ask_unconfirmed(now=now)
    return remove_gone(now=now) + remove_unconfirmed(now=now)


def ask_unconfirmed(*, now: datetime) -> int:
    """Make the details due of followed videos that were not confirmed for most of the time; return of how many."""
    if not settings.RETENTION_DAYS:
        return 0
    kept_for = timedelta(days=settings.RETENTION_DAYS)
    aging = _unconfirmed(before=now - kept_for + kept_for / LAST_SHARE)
    waiting = Enquiry.objects.filter(kind=EnquiryKind.DETAILS, due_at__gt=now)
    # Asked in vain lately, it is asked again when the planner says so.
    waiting = waiting.filter(Q(asked_at=None) | Q(asked_at__lt=now - ASKED_AGAIN_AFTER))
    return waiting.filter(video__in=aging).update(due_at=now)


def remove_unconfirmed(*, now: datetime) -> int:
    """Remove followed videos that nothing has described for too long; return how many."""
    if not settings.RETENTION_DAYS:
        return 0
    days = settings.RETENTION_DAYS
    old = _unconfirmed(before=now - timedelta(days=days))
    return _remove(old, reason=UNCONFIRMED % {"days": days}, cause=RemovalCause.UNCONFIRMED, now=now)


def remove_gone(*, now: datetime) -> int:
    """Remove followed videos that are gone at their source for too long; return how many."""
    if not settings.WITHDRAWAL_DAYS:
        return 0
    days = settings.WITHDRAWAL_DAYS
    gone = _followed().gone().annotate(gone_at=_gone_since()).filter(gone_at__lte=now - timedelta(days=days))
    asked_again = Enquiry.objects.filter(
        video=OuterRef("pk"),
        kind=EnquiryKind.DETAILS,
        asked_at__gte=OuterRef("gone_at") + ASKED_AGAIN_AFTER,
    )
    gone = gone.filter(Exists(asked_again))
    return _remove(gone, reason=GONE % {"days": days}, cause=RemovalCause.GONE, now=now)


def _followed() -> VideoQuerySet:
    """Videos whose data is of the Data API, for a subscription, and not of a channel of one's own."""
    landed = RawRecord.objects.filter(source=data_api.DataApi.name)
    own = landed.filter(
        kind="video",
        external_id=OuterRef("video_id"),
        payload__snippet__channelId__in=settings.YOUTUBE_OWN_CHANNELS,
    )
    return Video.objects.kept().filter(
        ~Exists(own),
        Exists(landed.filter(video_id=OuterRef("video_id"))),
        Exists(Listing.objects.filter(video=OuterRef("pk"))),
        is_on_youtube=True,
    )


def _unconfirmed(*, before: datetime) -> VideoQuerySet:
    confirmed = Coalesce("described_at", "first_seen_at")
    return _followed().annotate(confirmed_at=confirmed).filter(confirmed_at__lt=before)


def _gone_since() -> Greatest:
    """Return when a video went, for the last time, as far as is known here."""
    changes = AvailabilityChange.objects.filter(video=OuterRef("video"), observed_at__gt=OuterRef("observed_at"))
    came_back = Exists(changes.exclude(availability__in=GONE_STATES))
    went = AvailabilityChange.objects.filter(video=OuterRef("pk"), availability__in=GONE_STATES)
    first = went.filter(~came_back).order_by("observed_at").values("observed_at")[:1]
    return Greatest(Coalesce(Subquery(first), "observed_at", "first_seen_at"), "first_seen_at")


def _remove(old: VideoQuerySet, *, reason: str, cause: RemovalCause, now: datetime) -> int:
    count = 0
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            # It may just have come back.
            video = old.filter(pk=pk).select_for_update(of=("self",)).first()
            if video is not None:
                removal.remove_video(video_id=video.video_id, reason=reason, cause=cause, now=now)
                count += 1
    if count:
        logger.warning("%s videos are purged: %s", count, reason)
    return count

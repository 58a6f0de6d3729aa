"""The rows of what a subscription lists, and of what is to be asked of its videos: a page at a time."""

from datetime import datetime, timedelta

from django.db.models import Q

from ingestion.following import wanting
from ingestion.models import Enquiry, EnquiryKind, Listing, Subscription, Video

# A list tells by itself that a video is private or deleted: that is believed for a while.
GONE_AGAIN = timedelta(days=7)
AT_ONCE = 1000


def keep_listed(subscription: Subscription, video_ids: list[str], *, now: datetime) -> int:
    """Note that a subscription lists videos, and return how many it did not list before.

    What a list no longer holds stays listed here.
    """
    _add_missing(video_ids)
    videos = list(Video.objects.retained().filter(video_id__in=video_ids))
    known = set(
        Listing.objects.filter(subscription=subscription, video__in=videos).values_list("video_id", flat=True)
    )
    new = [video for video in videos if video.pk not in known]
    if not new:
        return 0
    Listing.objects.bulk_create(
        [Listing(subscription=subscription, video=video, listed_at=now) for video in new], ignore_conflicts=True
    )
    ask_about(new, kind=EnquiryKind.DETAILS, now=now)
    if subscription.wants_comments:
        ask_about(new, kind=EnquiryKind.COMMENTS, now=now)
    decide_known(subscription, new, now=now)
    return len(new)


def ask_about(videos: list[Video], *, kind: EnquiryKind, now: datetime) -> None:
    """Have something asked of videos, where it is not asked anyway."""
    Enquiry.objects.bulk_create(
        [
            Enquiry(
                video=video,
                kind=kind,
                due_at=now + GONE_AGAIN if video.availability in wanting.GONE else now,
            )
            for video in videos
        ],
        ignore_conflicts=True,
    )


def decide_known(subscription: Subscription, videos: list[Video], *, now: datetime) -> None:
    """Decide at once on videos that another subscription has brought before."""
    described = [video for video in videos if video.described_at is not None]
    facts = wanting.recall_facts(described) if described else {}
    if facts:
        rows = Listing.objects.filter(subscription=subscription, video__in=facts).select_related("subscription")
        wanting.decide_listings(rows, facts=facts, now=now)


def decide_again(subscription: Subscription, *, now: datetime) -> None:
    """Decide anew on all that a subscription lists: its filters have changed.

    What is in the course already stays there.
    """
    undecided = Listing.objects.filter(Q(is_wanted=False) | Q(is_wanted=None), subscription=subscription)
    pks = list(undecided.values_list("video_id", flat=True))
    for first in range(0, len(pks), AT_ONCE):
        videos = Video.objects.retained().filter(pk__in=pks[first : first + AT_ONCE])
        decide_known(subscription, list(videos), now=now)


def _add_missing(video_ids: list[str]) -> None:
    """Make rows of videos that a search has found: its replies describe none."""
    known = set(Video.objects.filter(video_id__in=video_ids).values_list("video_id", flat=True))
    missing = [Video(video_id=video_id) for video_id in sorted(set(video_ids) - known)]
    Video.objects.bulk_create(missing, ignore_conflicts=True)

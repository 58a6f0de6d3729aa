"""The rows of what a subscription lists, and of what is to be asked of its videos: a page at a time."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from ingestion import arrays
from ingestion.following import wanting
from ingestion.models import Enquiry, EnquiryKind, Listing, Subscription, Video

# A list tells by itself that a video is private or deleted: that is believed for a while.
GONE_AGAIN = timedelta(days=7)
AT_ONCE = 1000

# One statement a page: there may be two thousand of them.
KEEP_LISTED = """
with video as (
    select id, availability, described_at from ingestion_video
    where video_id = any(%(video_ids)s::text[]) and availability <> 'removed'
),
listed as (
    insert into ingestion_listing (subscription_id, video_id, reason, listed_at)
    select %(subscription)s, id, '', %(now)s from video
    on conflict (subscription_id, video_id) do nothing
    returning video_id
),
asked as (
    insert into ingestion_enquiry (video_id, kind, due_at, attempt_count, error)
    select
        video.id, wanted.kind,
        case when video.availability = any(%(gone)s) then %(gone_again)s::timestamptz else %(now)s end, 0, ''
    from video
    inner join listed on listed.video_id = video.id
    cross join unnest(%(kinds)s::text[]) as wanted (kind)
    on conflict (video_id, kind) do nothing
)
select listed.video_id, video.described_at is not null
from listed inner join video on video.id = listed.video_id
"""


def keep_listed(subscription: Subscription, video_ids: list[str], *, now: datetime) -> int:
    """Note that a subscription lists videos, and return how many it did not list before.

    What a list no longer holds stays listed here.
    """
    kinds = [EnquiryKind.DETAILS, *([EnquiryKind.COMMENTS] if subscription.wants_comments else [])]
    values: dict[str, Any] = {
        "subscription": subscription.pk,
        "video_ids": arrays.write_texts(video_ids),
        "now": now,
        "kinds": [kind.value for kind in kinds],
        "gone": [each.value for each in wanting.GONE],
        "gone_again": now + GONE_AGAIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP_LISTED, values)
        new = cursor.fetchall()
    described = [pk for pk, is_described in new if is_described]
    if described:
        decide_known(subscription, described, now=now)
    return len(new)


def ask_about(videos: list[Video], *, kind: EnquiryKind, now: datetime) -> None:
    """Have something asked of videos, where it is not asked anyway."""
    Enquiry.objects.bulk_create(
        [Enquiry(video=video, kind=kind, due_at=now) for video in videos], ignore_conflicts=True
    )


def decide_known(subscription: Subscription, video_pks: list[int], *, now: datetime) -> None:
    """Decide at once on videos that another subscription has brought before."""
    facts = wanting.recall_facts(video_pks)
    rows = Listing.objects.filter(subscription=subscription, video__in=facts)
    wanting.decide_listings(rows.values_list("pk", "subscription_id", "video_id"), facts=facts, now=now)


def decide_again(subscription: Subscription, *, now: datetime) -> None:
    """Decide anew on all that a subscription lists: its filters have changed.

    What is in the course already stays there.
    """
    undecided = Listing.objects.filter(Q(is_wanted=False) | Q(is_wanted=None), subscription=subscription)
    pks = list(undecided.values_list("video_id", flat=True))
    for first in range(0, len(pks), AT_ONCE):
        decide_known(subscription, pks[first : first + AT_ONCE], now=now)

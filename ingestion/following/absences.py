"""Videos that YouTube was asked about and did not speak of: deleted, or made private since.

No payload says so, so an absence lands as one of its own: the lake can tell it again.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from ingestion import catalogue, landing, services, sources
from ingestion.models import Availability, AvailabilityChange, IngestionRun, Video

KIND = "absence"
REASON = gettext_noop("YouTube was asked about it and left it out of its reply")
# What absence adds nothing to.
KNOWN_GONE = (Availability.DELETED, Availability.PRIVATE, Availability.REMOVED)


@transaction.atomic
def note_absent(*, video_ids: list[str], run: IngestionRun, observed_at: datetime) -> int:
    """Note that videos are gone, and return of how many that was not known. Done twice, it changes nothing."""
    records = tuple(sources.Record(video_id, video_id, "", {"id": video_id}) for video_id in video_ids)
    if not records:
        return 0
    page = sources.Page(kind=KIND, location=run.location, observed_at=observed_at, records=records)
    services.count_page(run, landing.land_page(page, run=run, target=None, now=observed_at))
    return mark_absent(video_ids=video_ids, observed_at=observed_at)


@transaction.atomic
def mark_absent(*, video_ids: list[str], observed_at: datetime) -> int:
    """Let the rows of videos say that they are gone, and return of how many that was not known."""
    videos = catalogue.lock_videos(video_ids).values()
    gone = [video for video in videos if video.availability not in KNOWN_GONE]
    there = Video.objects.filter(pk__in=[video.pk for video in gone]).exclude(availability__in=KNOWN_GONE)
    count = there.update(availability=Availability.DELETED)
    AvailabilityChange.objects.bulk_create(
        [
            AvailabilityChange(
                video=video, availability=Availability.DELETED, reason=REASON, observed_at=observed_at
            )
            for video in gone
        ],
        ignore_conflicts=True,
    )
    return count

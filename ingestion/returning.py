"""Videos that come back: what a rule removed may be known again once its source shows it again."""

from collections.abc import Iterable

from ingestion import sightings, sources
from ingestion.models import Availability, RemovalCause, Video
from ingestion.models.catalogue import GONE_STATES

RETURNING_CAUSES = (RemovalCause.GONE, RemovalCause.UNCONFIRMED)
NOT_REMOVED = {
    "availability": Availability.PUBLIC,
    "removed_at": None,
    "removal_reason": "",
    "removal_cause": "",
}


def readmit(page: sources.Page, *, videos: Iterable[Video]) -> None:
    """Lift the tombstones of the videos that a page shows, seen after they were removed by a rule.

    The rows are locked by the caller. What a person asked to be removed stays removed.
    """
    removed = {
        video.video_id: video
        for video in videos
        if video.availability == Availability.REMOVED and video.removal_cause in RETURNING_CAUSES
    }
    for record in page.records if removed else ():
        video = removed.get(record.video_id)
        if video is not None and _is_back(video, record, page=page):
            for name, value in NOT_REMOVED.items():
                setattr(video, name, value)
            video.save(update_fields=list(NOT_REMOVED))
            del removed[record.video_id]


def _is_back(video: Video, record: sources.Record, *, page: sources.Page) -> bool:
    seen = sightings.read(record.payload, kind=page.kind)
    is_later = video.removed_at is not None and page.observed_at > video.removed_at
    return is_later and seen is not None and seen.availability not in GONE_STATES

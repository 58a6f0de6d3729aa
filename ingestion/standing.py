"""How far a requested folder has come, and what audio is still to be had, as a page shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Sum

from ingestion.models import AudioFetch, FetchState, FolderRequest, RawRejectedRecord
from ingestion.preview import Refusal

MOST_REFUSALS = 50


@dataclass(frozen=True)
class Standing:
    """Files read of those there are, what they added, and what was refused and why."""

    file_count: int
    read_count: int
    record_count: int
    observation_count: int
    media_count: int
    rejected_count: int
    withheld_count: int
    refusals: tuple[Refusal, ...]

    @property
    def has_nothing_new(self) -> bool:
        return not (self.record_count or self.observation_count or self.media_count)


COUNTS = ("record_count", "observation_count", "media_count", "rejected_count", "withheld_count")


def describe_request(request: FolderRequest) -> Standing:
    """Sum up the runs of a request."""
    sums = request.runs.aggregate(read_count=Sum("page_count"), **{name: Sum(name) for name in COUNTS})
    counts = {name: count or 0 for name, count in sums.items()}
    refusals = _find_refusals(request) if counts["rejected_count"] else ()
    # A worker that took up the work of another counts from the start.
    return Standing(file_count=max(request.file_count, counts["read_count"]), refusals=refusals, **counts)


def find_missing_audio(video_pks: Iterable[int]) -> dict[int, AudioFetch]:
    """Return the fetches of those videos whose audio is wanted and not here, by the video's primary key."""
    rows = AudioFetch.objects.filter(video__in=list(video_pks)).exclude(state=FetchState.DONE)
    return {row.video_id: row for row in rows}


def _find_refusals(request: FolderRequest) -> tuple[Refusal, ...]:
    """Return what was refused of the folder, in this run or an earlier one of the same place."""
    rows = RawRejectedRecord.objects.filter(run__location=request.folder).order_by("pk")
    named = rows.values_list("location", "reason")[:MOST_REFUSALS]
    return tuple(Refusal(_shorten(location, request.folder), reason) for location, reason in named)


def _shorten(location: str, folder: str) -> str:
    path = Path(location)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name

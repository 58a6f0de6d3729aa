"""Which of several transcripts of a video is read.

Speech recognition with its word times wins, of the newest audio before older, of the newest run before older;
published captions stand in where there is no usable audio.
"""

from django.db.models import Case, OuterRef, Subquery, Value, When

from ingestion.models import MediaFile, MediaKind, Video
from transcripts.models import Transcription


def choose(video: Video) -> None:
    """Mark the one transcription of a video that is read downstream. The caller holds the video's lock."""
    fetched = MediaFile.objects.filter(
        video=OuterRef("video"), kind=OuterRef("media_kind"), sha256=OuterRef("media_sha256")
    )
    best = (
        Transcription.objects.finished()
        .filter(video=video)
        .annotate(
            is_heard=Case(When(media_kind=MediaKind.AUDIO, then=Value(1)), default=Value(0)),
            fetched_at=Subquery(fetched.values("fetched_at")[:1]),
        )
        .order_by("-is_heard", "-fetched_at", "-finished_at", "-pk")
        .first()
    )
    rows = Transcription.objects.filter(video=video)
    rows.filter(is_preferred=True).update(is_preferred=False)
    if best is not None:
        rows.filter(pk=best.pk).update(is_preferred=True)

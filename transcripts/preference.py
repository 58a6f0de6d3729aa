"""Which of several transcripts of a video is read: one is served, all are kept.

1. What was mostly doubted goes last: a transcript of which more than half of the segments failed a gate is read
   only where there is no other.
2. Speech recognition with its word times comes before published captions, which stand in where no audio is usable.
3. The newest recording comes before older ones, the newest run before older ones.

How far captions and recognition agree is shown and decides nothing: where they differ either may be wrong.
"""

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from ingestion.models import MediaFile, MediaKind, Video
from transcripts import corrections
from transcripts.models import NOT_SAID, Transcription


def choose(video: Video) -> None:
    """Mark the one transcription of a video that is read downstream, and carry corrections over to it.

    The caller holds the video's lock.
    """
    best = rank(video).first()
    rows = Transcription.objects.filter(video=video)
    rows.filter(is_preferred=True).update(is_preferred=False)
    if best is not None:
        rows.filter(pk=best.pk).update(is_preferred=True)
        corrections.carry_over(best)


def rank(video: Video) -> QuerySet[Transcription]:
    """Return the finished transcriptions of a video, the best first."""
    fetched = MediaFile.objects.filter(
        video=OuterRef("video"), kind=OuterRef("media_kind"), sha256=OuterRef("media_sha256")
    )
    doubted_count = Count("segments", filter=~Q(segments__gate_reason__in=["", NOT_SAID]))
    return (
        Transcription.objects.finished()
        .filter(video=video)
        .annotate(segment_count=Count("segments"), doubted_count=doubted_count)
        .annotate(
            is_doubtful=Case(When(doubted_count__gt=F("segment_count") / 2.0, then=Value(1)), default=Value(0)),
            is_heard=Case(When(media_kind=MediaKind.AUDIO, then=Value(1)), default=Value(0)),
            fetched_at=Subquery(fetched.values("fetched_at")[:1]),
        )
        .order_by("is_doubtful", "-is_heard", "-fetched_at", "-finished_at", "-pk")
    )

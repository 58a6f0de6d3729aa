"""What is missing: videos whose newest audio, or captions, nobody has set out to hear, or only with doubt."""

from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from ingestion.models import Course, MediaFile, MediaKind, Video
from transcripts import transcribers
from transcripts.models import State, Transcription

NO_AUDIO_REASON = "No audio file of this video has come."
CAPTIONS_ENGINE = "captions"
# Half of the way from what is heard well (-0.3) to what no segment may be heard with (-1.0).
LEAST_MEAN_LOG_PROBABILITY = -0.65
BATCH_SIZE = 1000


class OutdatedError(Exception):
    """A transcription planned with other settings than today's: it is planned anew."""


def plan(*, engine: str) -> int:
    """Create the rows that are missing and return how many; run twice, the second finds none."""
    _forget_missing_audio(engine)
    return sum(_create_rows(name, videos) for name, videos in _find_unplanned(engine).items())


def count_unplanned(*, engine: str) -> int:
    """Return how many rows `plan` would create now."""
    return sum(videos.count() for videos in _find_unplanned(engine).values())


def find_digests(*, engine: str) -> list[str]:
    """Return the digests that belong to today's settings."""
    second = {transcribers.SECOND_ENGINE} & settings.TRANSCRIBERS.keys()
    return [transcribers.get(name).digest for name in {engine, CAPTIONS_ENGINE} | second]


def find_obstacle(*, engine: str) -> str:
    """Return what all that is to be heard with today's settings waits for; nothing while any of it is heard."""
    rows, now = Transcription.objects.retained(), timezone.now()
    if rows.filter(state=State.RUNNING, lease_expires_at__gte=now).exists() or rows.claimable(at=now).exists():
        return ""
    today = rows.filter(digest__in=find_digests(engine=engine))
    put_off = today.filter(state=State.PENDING, lease_expires_at__isnull=False)
    return put_off.values_list("reason", flat=True).first() or ""


def find_newest_media(kind: MediaKind) -> QuerySet[MediaFile]:
    """Files of the outer query's video, best first: in the language of a course it is in, then the newest."""
    spoken = Course.objects.annotate(tag=ExpressionWrapper(OuterRef("language"), CharField())).filter(
        videos=OuterRef("video"), tag__istartswith=F("language")
    )
    return (
        MediaFile.objects.filter(video=OuterRef("pk"), kind=kind)
        .annotate(is_course_language=Exists(spoken))
        .order_by("-is_course_language", "-fetched_at", "-pk")
    )


def _find_unplanned(engine: str) -> dict[str, QuerySet[Any]]:
    """Return the videos that each engine is to hear."""
    found = {name: _find_unheard(name) for name in {engine, CAPTIONS_ENGINE}}
    if transcribers.SECOND_ENGINE in settings.TRANSCRIBERS:
        doubted = Transcription.objects.finished().filter(
            video=OuterRef("pk"),
            digest=transcribers.get(engine).digest,
            media_sha256=OuterRef("media_sha256"),
            mean_log_probability__lt=LEAST_MEAN_LOG_PROBABILITY,
        )
        found[transcribers.SECOND_ENGINE] = _find_unheard(transcribers.SECOND_ENGINE).filter(Exists(doubted))
    return found


def _find_unheard(engine: str) -> QuerySet[Any]:
    """Videos without a transcription of their newest file; `media_sha256` is empty where there is none."""
    transcriber = transcribers.get(engine)
    newest = find_newest_media(transcriber.media_kind).values("sha256")[:1]
    planned = Transcription.objects.filter(
        video=OuterRef("pk"), digest=transcriber.digest, media_sha256=OuterRef("media_sha256")
    )
    videos = Video.objects.retained().annotate(media_sha256=Coalesce(Subquery(newest), Value("")))
    is_wanted = Q() if transcriber.media_kind == MediaKind.AUDIO else ~Q(media_sha256="")
    return videos.filter(is_wanted).exclude(Exists(planned))


def _create_rows(engine: str, videos: QuerySet[Any]) -> int:
    transcriber = transcribers.get(engine)
    now = timezone.now()
    rows = [
        Transcription(
            video_id=pk,
            media_kind=transcriber.media_kind,
            media_sha256=sha256,
            digest=transcriber.digest,
            engine=engine,
            model=transcriber.model,
            state=State.PENDING if sha256 else State.NO_AUDIO,
            reason="" if sha256 else NO_AUDIO_REASON,
            finished_at=None if sha256 else now,
        )
        for pk, sha256 in videos.values_list("pk", "media_sha256")
    ]
    Transcription.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH_SIZE)
    return len(rows)


def _forget_missing_audio(engine: str) -> None:
    """Delete the rows that say there is no audio where it has come since, or another engine says it."""
    audio = MediaFile.objects.filter(video=OuterRef("video"), kind=MediaKind.AUDIO)
    outdated = Q(Exists(audio)) | ~Q(digest=transcribers.get(engine).digest)
    Transcription.objects.filter(outdated, state=State.NO_AUDIO, media_sha256="").delete()

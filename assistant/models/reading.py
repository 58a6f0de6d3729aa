"""What the tutor reads: chunks, sentences and their vectors."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, HnswIndex

from ingestion.models import Video
from transcripts.models import UNFINISHED_STATES, Transcription

DIMENSIONS = 384
MAX_ATTEMPT_COUNT = 3
TEXT_CONFIGURATION = "english"


def _make_search_vector() -> models.GeneratedField:
    return models.GeneratedField(
        expression=SearchVector("text", config=TEXT_CONFIGURATION),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class IndexState(models.TextChoices):
    """Where the embedding of a video's chunks stands; every one but the first is an end."""

    PENDING = "pending", _("pending")
    DONE = "done", _("done")
    FAILED = "failed", _("failed too often")


class VideoIndexQuerySet(models.QuerySet["VideoIndex"]):
    def embedded(self) -> "VideoIndexQuerySet":
        """Those whose vectors the configured model has made."""
        return self.filter(state=IndexState.DONE, embedding_model=settings.EMBEDDING_MODEL)

    def unembedded(self) -> "VideoIndexQuerySet":
        """Those that wait for vectors, whether they have none or another model's."""
        return self.filter(Q(state=IndexState.PENDING) | ~Q(embedding_model=settings.EMBEDDING_MODEL))

    def failed(self) -> "VideoIndexQuerySet":
        """Those that the configured model could not embed, however often it was tried."""
        return self.filter(state=IndexState.FAILED, embedding_model=settings.EMBEDDING_MODEL)

    def gone_wrong(self) -> "VideoIndexQuerySet":
        """Those whose last attempt went wrong, for good or not."""
        return self.exclude(reason="")

    def outlived(self) -> "VideoIndexQuerySet":
        """Those whose video has no transcript to be read any more and none in the making."""
        alive = Q(state__in=UNFINISHED_STATES) | Q(pk__in=Transcription.objects.preferred())
        return self.exclude(video__in=Transcription.objects.filter(alive).values("video"))

    def claimable(self, *, at: datetime) -> "VideoIndexQuerySet":
        """Those that wait and that nobody works on."""
        return self.unembedded().filter(Q(lease_expires_at=None) | Q(lease_expires_at__lt=at))


class VideoIndex(models.Model):
    """One row per video that is chunked: from which transcription, and how far its embedding has come."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="index")
    transcription = models.ForeignKey(Transcription, on_delete=models.CASCADE, related_name="+")
    transcription_finished_at = models.DateTimeField(
        null=True, help_text="A transcript may be made anew in its row."
    )
    transcription_revision = models.PositiveIntegerField(default=0, help_text="People correct it, too.")
    format = models.PositiveSmallIntegerField(help_text="Of the sentences and chunks.")
    chunk_count = models.PositiveIntegerField(default=0)
    sentence_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, choices=IndexState.choices, default=IndexState.PENDING)
    embedding_model = models.CharField(max_length=255, blank=True, help_text="Of the last attempt.")
    attempt_count = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True, help_text="Why it failed.")
    chunked_at = models.DateTimeField(default=timezone.now)
    embedded_at = models.DateTimeField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "video indexes"

    objects = VideoIndexQuerySet.as_manager()

    def __str__(self) -> str:
        return f"index of {self.video_id}: {self.state}"


class Chunk(models.Model):
    """One row per passage of a video: a few sentences, with one more on either side for context."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="chunks")
    transcription = models.ForeignKey(Transcription, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    text = models.TextField()
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    embedding = HalfVectorField(dimensions=DIMENSIONS, null=True)
    embedding_model = models.CharField(max_length=255, blank=True)
    search_vector = _make_search_vector()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transcription", "position"], name="chunk_once"),
            models.CheckConstraint(
                condition=Q(start_seconds__gte=0, end_seconds__gte=F("start_seconds")),
                name="chunk_times_in_order",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="chunk_search_vector"),
            HnswIndex(fields=["embedding"], name="chunk_embedding", opclasses=["halfvec_cosine_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.video_id} at {self.start_seconds:.1f}"


class Sentence(models.Model):
    """One row per sentence spoken: what is found, quoted and opened at its second."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="sentences")
    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="sentences")
    position = models.PositiveIntegerField(help_text="In the video.")
    text = models.TextField()
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    embedding = HalfVectorField(dimensions=DIMENSIONS, null=True)
    context_embedding = HalfVectorField(
        dimensions=DIMENSIONS, null=True, help_text='Of the sentence before it and itself: what "it" is.'
    )
    embedding_model = models.CharField(max_length=255, blank=True)
    search_vector = _make_search_vector()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["video", "position"], name="sentence_once"),
            models.CheckConstraint(
                condition=Q(start_seconds__gte=0, end_seconds__gte=F("start_seconds")),
                name="sentence_times_in_order",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="sentence_search_vector"),
            HnswIndex(fields=["embedding"], name="sentence_embedding", opclasses=["halfvec_cosine_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.start_seconds:.1f} {self.text}"

"""What has been fetched, exactly as it came."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.models.catalogue import Video


class MediaKind(models.TextChoices):
    AUDIO = "audio", _("audio")
    CAPTIONS = "captions", _("captions")


class MediaFile(models.Model):
    """One row per distinct audio or caption file of a video; the bytes lie in the lake."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="media_files")
    kind = models.CharField(max_length=16, choices=MediaKind.choices)
    language = models.CharField(max_length=64, blank=True)
    lake_key = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    byte_count = models.BigIntegerField()
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["video", "kind", "language", "sha256"], name="media_file_once")
        ]

    def __str__(self) -> str:
        return self.lake_key


class RunState(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class IngestionRun(models.Model):
    """One pull of one source: what it spent, what it found, how it ended."""

    source = models.CharField(max_length=32)
    location = models.TextField()
    subscription = models.ForeignKey(
        "Subscription", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    course_title = models.CharField(max_length=255, blank=True, help_text="The course it was for, if named.")
    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.RUNNING)
    page_count = models.PositiveIntegerField(default=0, help_text="Files or replies landed.")
    total_page_count = models.PositiveIntegerField(default=0)
    object_count = models.PositiveIntegerField(default=0, help_text="Lake objects written.")
    record_count = models.PositiveIntegerField(default=0, help_text="Payloads not seen before.")
    observation_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    media_count = models.PositiveIntegerField(default=0)
    withheld_count = models.PositiveIntegerField(default=0, help_text="Payloads of removed videos.")
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ingestion_run"

    def __str__(self) -> str:
        return f"run {self.pk} of {self.source}"

    @property
    def lake_name(self) -> str:
        """Return what the names of its objects begin with."""
        return f"{self.started_at:%Y%m%dT%H%M%S}-{self.pk:08d}"

    @property
    def duration(self) -> timedelta | None:
        return self.finished_at - self.started_at if self.finished_at else None


class RawRecord(models.Model):
    """One row per distinct payload, append-only."""

    source = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    external_id = models.CharField(max_length=255)
    video_id = models.CharField(max_length=64, blank=True, help_text="The video the payload speaks of, if one.")
    fetched_at = models.DateTimeField()
    etag = models.CharField(max_length=255, blank=True)
    payload = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "raw_record"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "external_id", "payload_sha256"], name="raw_record_once"
            )
        ]
        # Named here, for as a field's own it would come with a second one, for beginnings.
        indexes = [models.Index(fields=["video_id"], name="raw_record_video")]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


class RawObservation(models.Model):
    """One row per sighting of a payload, so that a quiet day is still a snapshot."""

    run = models.ForeignKey(IngestionRun, on_delete=models.PROTECT, related_name="observations")
    record = models.ForeignKey(RawRecord, on_delete=models.CASCADE, related_name="observations", db_index=False)
    observed_at = models.DateTimeField()
    lake_key = models.CharField(max_length=255)

    class Meta:
        db_table = "raw_observation"
        constraints = [models.UniqueConstraint(fields=["record", "observed_at"], name="raw_observation_once")]
        indexes = [models.Index(fields=["lake_key"], name="raw_observation_lake_key")]

    def __str__(self) -> str:
        return f"{self.record_id} at {self.observed_at:%F %T}"


class RawRejectedRecord(models.Model):
    """One row per payload that broke a contract: nothing is dropped."""

    run = models.ForeignKey(IngestionRun, on_delete=models.PROTECT, related_name="rejected_records")
    source = models.CharField(max_length=32)
    video_id = models.CharField(max_length=64, blank=True, db_index=True, help_text="Where it shows.")
    location = models.TextField(help_text="File and position the payload came from.")
    contract = models.CharField(max_length=64)
    reason = models.TextField()
    payload = models.TextField()
    payload_sha256 = models.CharField(max_length=64)
    observed_at = models.DateTimeField(null=True, blank=True, help_text="When its source was seen to hold it.")
    rejected_at = models.DateTimeField(default=timezone.now)
    replayed_at = models.DateTimeField(null=True, blank=True, help_text="When it landed after all.")

    class Meta:
        db_table = "raw_rejected_record"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "contract", "payload_sha256"], name="raw_rejected_record_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.reason}"

"""What happens to what lies in the lake: objects that others put there, and what was purged."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ObjectEvent(models.Model):
    """One row per version of an object of the lake that an event told of, however often it was told."""

    key = models.CharField(max_length=1024)
    version = models.CharField(max_length=128, help_text="Its version or entity tag, as the store names it.")
    is_deletion = models.BooleanField(default=False)
    video_id = models.CharField(
        max_length=64, blank=True, db_index=True, help_text="The video the object was put there for, if one."
    )
    sequencer = models.CharField(max_length=64, blank=True, help_text="Orders the events of one key.")
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, help_text="What was done about it, in one line.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version", "is_deletion"], name="object_event_once")]
        indexes = [models.Index(fields=["received_at"], condition=Q(handled_at=None), name="object_event_open")]

    def __str__(self) -> str:
        return self.key


class Purge(models.Model):
    """One row per purge of what was kept of a video: when, why and how much; it says nothing of the video else."""

    video_id = models.CharField(max_length=64, db_index=True)
    reason = models.TextField()
    row_count = models.PositiveIntegerField(default=0)
    purged_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.video_id} at {self.purged_at:%F}"


class ContractDrift(models.Model):
    """One row per field that a contract does not name, or names and no longer sees."""

    contract = models.CharField(max_length=64)
    path = models.CharField(max_length=255, help_text="statistics.dislikeCount, for one.")
    is_vanished = models.BooleanField(default=False, help_text="Named by the contract and not seen any more.")
    example = models.TextField(blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "path", "is_vanished"], name="contract_drift_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.path}"


class Alert(models.Model):
    """One row per thing a person was told of, once: it may be raised again when it has been resolved."""

    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField()
    raised_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(resolved_at=None), name="alert_once")
        ]

    def __str__(self) -> str:
        return self.text

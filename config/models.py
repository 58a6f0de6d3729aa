"""What belongs to the installation itself: who is invited into it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from config.roles import Role
from ingestion.models import OPERATE, Course

INVITATION_LIFETIME = timedelta(days=14)


def find_invitation_end() -> datetime:
    return timezone.now() + INVITATION_LIFETIME


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        """Invitations that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def visible_to(self, user: User) -> "InvitationQuerySet":
        """All of them for an operator; for a teacher those of students into the courses they lead."""
        if user.has_perm(OPERATE):
            return self
        return self.filter(course__in=Course.objects.led_by(user), role=Role.STUDENT)


class Invitation(models.Model):
    """One row per link that lets one person in; of its token only a digest is kept."""

    token_digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.STUDENT)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    email = models.EmailField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=find_invitation_end)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_by=None) | Q(accepted_at__isnull=False),
                name="invitation_accepted_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_accepted_or_revoked"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_after_creation"
            ),
        ]
        indexes = [models.Index(F("created_at").desc(), F("id").desc(), name="invitation_newest")]

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def is_pending(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and not self.is_expired

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class ApiToken(models.Model):
    """One row per token for the API: whose it is and what they call it; knox keeps its times.

    Knox's own model may be swapped, so migrations cannot point at it: its digest is the link.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=128, unique=True)

    def __str__(self) -> str:
        return self.name


class SeededTask(models.Model):
    """One row per task of the schedule that was once put there: what an operator deletes stays deleted."""

    name = models.CharField(max_length=200, unique=True)
    seeded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class ScheduleSlot(models.Model):
    """One row per task and time at which it was due: whoever writes it sends the task, and no other does."""

    name = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="schedule_slot_once")]

    def __str__(self) -> str:
        return f"{self.name} at {self.due_at:%F %T}"

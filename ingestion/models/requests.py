"""What people asked to be added."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.models.catalogue import OPERATE, Course
from ingestion.models.landing import IngestionRun


class RequestState(models.TextChoices):
    PENDING = "pending", _("waiting")
    RUNNING = "running", _("being read")
    DONE = "done", _("added")
    FAILED = "failed", _("failed")


UNFINISHED_STATES = (RequestState.PENDING, RequestState.RUNNING)


class FolderRequestQuerySet(models.QuerySet["FolderRequest"]):
    def visible_to(self, user: User | AnonymousUser) -> "FolderRequestQuerySet":
        """What this person asked for, and what is for the courses they lead; all for an operator."""
        if user.has_perm(OPERATE):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | Q(course__in=Course.objects.led_by(user)))

    def unfinished(self) -> "FolderRequestQuerySet":
        return self.filter(state__in=UNFINISHED_STATES)

    def claimable(self, *, at: datetime) -> "FolderRequestQuerySet":
        """Those nobody works on: waiting, or left by a worker that died."""
        return self.filter(Q(state=RequestState.PENDING) | Q(state=RequestState.RUNNING, lease_expires_at__lt=at))


class FolderRequest(models.Model):
    """One row per wish that a folder of the server be added to a course."""

    folder = models.CharField(max_length=1024)
    course = models.ForeignKey(Course, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    runs = models.ManyToManyField(IngestionRun, related_name="requests", blank=True)
    file_count = models.PositiveIntegerField(default=0, help_text="Payload files found when the work began.")
    state = models.CharField(max_length=16, choices=RequestState.choices, default=RequestState.PENDING)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, help_text="Why it failed, or what it waits for.")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "course"],
                condition=Q(state__in=["pending", "running"]),
                name="folder_request_once_at_a_time",
            )
        ]

    objects = FolderRequestQuerySet.as_manager()

    def __str__(self) -> str:
        return self.folder

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED_STATES

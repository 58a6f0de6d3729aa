"""Audio to be had from where a video plays."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.models.catalogue import Video


class FetchState(models.TextChoices):
    PENDING = "pending", _("waiting")
    RUNNING = "running", _("being fetched")
    DONE = "done", _("fetched")
    REFUSED = "refused", _("not to be had")


class FetchReason(models.TextChoices):
    """Why audio was not had at the last attempt."""

    BOT_CHECK = "bot_check", _("YouTube asks for proof of a person")
    COOKIES_EXPIRED = "cookies_expired", _("the cookies have expired")
    RATE_LIMITED = "rate_limited", _("too many requests")
    REGION_BLOCKED = "region_blocked", _("blocked in this country")
    GONE = "gone", _("deleted or private")
    AGE_LIMITED = "age_limited", _("for adults who sign in")
    MEMBERS_ONLY = "members_only", _("for members of the channel")
    UPCOMING = "upcoming", _("has not begun")
    LIVE = "live", _("still live")
    DISK_FULL = "disk_full", _("too little room on the disk")
    WRONG_LENGTH = "wrong_length", _("not as long as announced")
    NO_AUDIO = "no_audio", _("holds no audio")
    FORBIDDEN_ADDRESS = "forbidden_address", _("leads to an address that is not allowed")
    NETWORK = "network", _("the connection failed")
    UNKNOWN = "unknown", _("an error without a name")


class AudioFetchQuerySet(models.QuerySet["AudioFetch"]):
    def claimable(self, *, at: datetime) -> "AudioFetchQuerySet":
        """Those due that nobody works on, or that a worker left when it died."""
        waiting = Q(state=FetchState.PENDING, next_attempt_at__lte=at)
        free = waiting | Q(state=FetchState.RUNNING, lease_expires_at__lt=at)
        return self.filter(free, video__is_withdrawn=False)


class AudioFetch(models.Model):
    """One row per video whose audio is wanted: how far it is, why it is not here, when it is tried again."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="audio_fetch")
    state = models.CharField(max_length=16, choices=FetchState.choices, default=FetchState.PENDING)
    reason = models.CharField(max_length=24, choices=FetchReason.choices, blank=True)
    error = models.TextField(blank=True, help_text="The words of the last failure.")
    attempt_count = models.PositiveIntegerField(default=0, help_text="All attempts; it is never counted back.")
    failure_count = models.PositiveSmallIntegerField(
        default=0, help_text="Attempts in a row that failed of themselves, not of the site or the moment."
    )
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True, help_text="When the latest attempt ended.")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "audio fetches"
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="audio_fetch_due")]

    objects = AudioFetchQuerySet.as_manager()

    def __str__(self) -> str:
        return f"audio of {self.video_id}"

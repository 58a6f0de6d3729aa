"""What is followed on YouTube, what its pulls have spent, and what is still to be asked."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.models.catalogue import Course, Video
from ingestion.models.landing import IngestionRun


class SubjectKind(models.TextChoices):
    CHANNEL = "channel", _("channel")
    PLAYLIST = "playlist", _("playlist")
    VIDEO = "video", _("video")
    SEARCH = "search", _("search")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def due(self, *, at: datetime) -> "SubscriptionQuerySet":
        """Those to be pulled now, whom nobody pulls: the longest due first."""
        free = Q(lease_expires_at=None) | Q(lease_expires_at__lt=at)
        return self.filter(free, is_paused=False, next_pull_at__lte=at).order_by("next_pull_at", "pk")


class Subscription(models.Model):
    """One row per channel, playlist, video or search that a course follows."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(max_length=16, choices=SubjectKind.choices)
    reference = models.CharField(max_length=255, help_text="An id, an @handle or the words searched for.")
    external_id = models.CharField(
        max_length=64, blank=True, help_text="YouTube's own id, known after the first pull."
    )
    title = models.TextField(blank=True)
    every = models.DurationField(default=timedelta(days=1))
    # Which of its videos are wanted.
    wants_shorts = models.BooleanField(default=True)
    wants_live = models.BooleanField(default=True)
    shortest_seconds = models.PositiveIntegerField(null=True, blank=True)
    longest_seconds = models.PositiveIntegerField(null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    title_pattern = models.CharField(max_length=255, blank=True, help_text="A regular expression.")
    published_since = models.DateField(null=True, blank=True)
    # What is wanted of each.
    wants_audio = models.BooleanField(default=True)
    wants_comments = models.BooleanField(default=False)
    is_paused = models.BooleanField(default=False)
    next_pull_at = models.DateTimeField(default=timezone.now)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, help_text="Why its last pull failed, or what it waits for.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "kind", "reference"], name="subscription_once_a_course")
        ]
        indexes = [models.Index(fields=["next_pull_at"], condition=Q(is_paused=False), name="subscription_due")]

    objects = SubscriptionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title or self.reference


class Listing(models.Model):
    """One row per subscription and video that it lists; `is_wanted` is what its filters say of it."""

    # The unique constraint begins with it: an index of its own would be written with every row and read by nobody.
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="listings", db_index=False
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="listings")
    is_wanted = models.BooleanField(null=True, help_text="Empty: not known before its details are.")
    reason = models.CharField(max_length=255, blank=True, help_text="Which filter left it out.")
    listed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "video"], name="listing_once")]

    def __str__(self) -> str:
        return f"{self.video_id} of {self.subscription_id}"


class Bucket(models.TextChoices):
    """Units are counted apart: https://developers.google.com/youtube/v3/determine_quota_cost."""

    GENERAL = "general", _("general")
    SEARCH = "search", _("search")
    STATISTICS = "statistics", _("statistics")


class ApiCall(models.Model):
    """One row per call of the Data API, written before it is made: the ledger of units.

    It is finished in the transaction that lands its reply, and is then the place its pull goes on from.
    """

    run = models.ForeignKey(IngestionRun, on_delete=models.PROTECT, related_name="calls")
    bucket = models.CharField(max_length=16, choices=Bucket.choices)
    quota_date = models.DateField(help_text="The day in Pacific time, at whose end the bucket is filled again.")
    units = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=64, help_text="playlistItems.list, for one.")
    subject = models.CharField(max_length=255, help_text="The id asked about, or the digest of a list of ids.")
    page_number = models.PositiveIntegerField(default=0)
    next_page_token = models.TextField(blank=True)
    etag = models.CharField(max_length=255, blank=True)
    is_unmodified = models.BooleanField(default=False, help_text="The reply was that nothing has changed.")
    item_count = models.PositiveIntegerField(default=0)
    lake_key = models.CharField(max_length=255, blank=True)
    error = models.TextField(blank=True)
    called_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "method", "subject", "page_number"],
                condition=Q(finished_at__isnull=False, error=""),
                name="api_call_finished_once",
            )
        ]
        indexes = [
            models.Index(fields=["quota_date", "bucket"], name="api_call_ledger"),
            models.Index(fields=["method", "subject", "page_number", "-called_at"], name="api_call_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.subject} {self.page_number}"


class EnquiryKind(models.TextChoices):
    """What can be asked of a video, the most valuable first."""

    DETAILS = "details", _("details")
    STATISTICS = "statistics", _("statistics")
    COMMENTS = "comments", _("comments")


class Enquiry(models.Model):
    """One row per video and kind of question that YouTube is to be asked, again and again, from a time on."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="enquiries", db_index=False)
    kind = models.CharField(max_length=16, choices=EnquiryKind.choices)
    due_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="Latest answer.")
    attempt_count = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "enquiries"
        constraints = [models.UniqueConstraint(fields=["video", "kind"], name="enquiry_once")]
        # To its last column as they are found: thousands may be due at one time.
        indexes = [models.Index(fields=["kind", "due_at", "id"], name="enquiry_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.video_id}"


class AvailabilityChange(models.Model):
    """One row per change of whether a video can be had, with the reason its source gave."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="availability_changes")
    availability = models.CharField(max_length=16)
    reason = models.TextField(blank=True)
    observed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["video", "observed_at", "availability"], name="availability_change_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.video_id} {self.availability}"

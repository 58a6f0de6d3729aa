"""Transcripts: one per video, audio and way of hearing it, kept segment by segment."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.models import MediaKind, Video


class State(models.TextChoices):
    """Where a transcription stands; every one but the first two is an end."""

    PENDING = "pending", _("pending")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    NO_AUDIO = "no_audio", _("no audio")
    UNREADABLE_AUDIO = "unreadable_audio", _("a file that cannot be read")
    NO_SPEECH = "no_speech", _("no speech heard")
    FAILED = "failed", _("failed too often")


UNFINISHED_STATES = [State.PENDING, State.RUNNING]


class TranscriptionQuerySet(models.QuerySet["Transcription"]):
    def claimable(self, *, at: datetime) -> "TranscriptionQuerySet":
        """Pending ones, and running ones whose worker has let the lease expire.

        One that is put off waits until its time is over, and with it all that have its digest.
        """
        put_off = self.model._default_manager.filter(state=State.PENDING, lease_expires_at__gte=at)
        free = Q(state=State.PENDING, lease_expires_at=None) | Q(lease_expires_at__lt=at)
        return self.filter(free, state__in=UNFINISHED_STATES).exclude(digest__in=put_off.values("digest"))

    def finished(self) -> "TranscriptionQuerySet":
        return self.filter(state=State.DONE)

    def preferred(self) -> "TranscriptionQuerySet":
        """What the warehouse and the tutor read: at most one per video."""
        return self.finished().filter(is_preferred=True)

    def ended(self) -> "TranscriptionQuerySet":
        """Those in an end state, good or bad."""
        return self.exclude(state__in=UNFINISHED_STATES)

    def failed(self) -> "TranscriptionQuerySet":
        """Those that went wrong, not those whose recording has nothing to be heard."""
        return self.filter(state=State.FAILED)

    def retained(self) -> "TranscriptionQuerySet":
        """Those of videos that may be shown."""
        return self.filter(video__in=Video.objects.retained())

    def removed(self) -> "TranscriptionQuerySet":
        """Those of videos that were removed: to be deleted."""
        return self.filter(video__in=Video.objects.removed())


class Transcription(models.Model):
    """One row per (video, audio or captions hash, digest of engine, model, task and options)."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="transcriptions")
    media_kind = models.CharField(max_length=16, choices=MediaKind.choices, default=MediaKind.AUDIO)
    media_sha256 = models.CharField(max_length=64, blank=True, help_text="Empty where there is no audio.")
    digest = models.CharField(max_length=64, help_text="Of engine, model, task and options.")
    engine = models.CharField(max_length=32)
    model = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=16, blank=True)
    lake_key = models.CharField(max_length=255, blank=True)
    reason = models.TextField(blank=True, help_text="Why it ended other than done.")
    duration_seconds = models.FloatField(null=True, blank=True, help_text="Of the audio.")
    heard_until_seconds = models.FloatField(default=0, help_text="The last cut: all before it is stored.")
    gate_memory = models.JSONField(
        default=dict, blank=True, help_text="What the gates compare with what follows the last cut."
    )
    caption_agreement = models.FloatField(
        null=True, blank=True, help_text="Share of words that published captions and this transcript have alike."
    )
    mean_log_probability = models.FloatField(
        null=True, blank=True, help_text="Of its segments, gated ones too; a low one is heard once more."
    )
    wall_seconds = models.FloatField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    fruitful_attempt_count = models.PositiveSmallIntegerField(
        default=0, help_text="The last attempt that stored a piece; those since are counted against it."
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.PENDING)
    is_preferred = models.BooleanField(default=False, help_text="The one the warehouse and tutor read.")
    revision = models.PositiveIntegerField(default=0, help_text="Grows whenever people's corrections change it.")
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["video", "media_sha256", "digest"], name="transcription_once"),
            models.UniqueConstraint(
                fields=["video"], condition=Q(is_preferred=True), name="transcription_one_preferred"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_expires_at"],
                condition=Q(state__in=["pending", "running"]),
                name="transcription_unfinished",
            ),
            models.Index(fields=["state", "video"], name="transcription_by_state"),
        ]

    objects = TranscriptionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.engine} of {self.video_id}: {self.state}"

    @property
    def percent_heard(self) -> int | None:
        """How much of the recording has been heard; None until its length is known."""
        if not self.duration_seconds:
            return None
        return min(100, int(100 * self.heard_until_seconds / self.duration_seconds))

    @property
    def seconds_left(self) -> float | None:
        """How long hearing the rest takes at the pace so far; None until that is known."""
        if not (self.duration_seconds and self.heard_until_seconds and self.wall_seconds):
            return None
        left = max(0.0, self.duration_seconds - self.heard_until_seconds)
        return left * self.wall_seconds / self.heard_until_seconds


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def newest(self) -> "CorrectionQuerySet":
        """The last version of each place."""
        same = {name: OuterRef(name) for name in PLACE}
        return self.exclude(Exists(Correction.objects.filter(**same, version__gt=OuterRef("version"))))

    def standing(self) -> "CorrectionQuerySet":
        """Last versions that say something else than what was heard."""
        return self.newest().exclude(text=F("heard_text"))

    def unplaced(self) -> "CorrectionQuerySet":
        """Standing ones that the transcript read downstream does not show: for a person to look at.

        Where nothing is heard any more, one that says so fits.
        """
        read = Segment.objects.filter(transcription__is_preferred=True)
        heard = read.trusted().filter(
            transcription__video=OuterRef("video"),
            start_seconds__lt=OuterRef("end_seconds"),
            end_seconds__gt=OuterRef("start_seconds"),
        )
        shown = read.filter(correction=OuterRef("pk"))
        return self.standing().exclude(Exists(shown)).exclude(~Exists(heard), text="")


class Correction(models.Model):
    """One row per version that a person gave the text of a stretch of a recording; nothing is overwritten."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="corrections")
    media_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the recording.")
    version = models.PositiveIntegerField(help_text="Of this place, from 1; what was heard is 0.")
    heard_text = models.TextField()
    text = models.TextField(help_text="The same as heard: nothing is corrected there any more.")
    word_edit_count = models.PositiveIntegerField(help_text="Words put in, taken out or replaced of those heard.")
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="corrections",
        help_text="Empty where it came back from the lake: people lie in the database alone.",
    )
    lake_key = models.CharField(max_length=255, blank=True, help_text="Empty until it lies in the lake.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["video", "media_sha256", "start_seconds", "end_seconds", "version"],
                name="correction_once",
            )
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(lake_key=""), name="correction_unarchived")]

    objects = CorrectionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.start_seconds:.1f} {self.text}"

    @property
    def is_change(self) -> bool:
        return self.text != self.heard_text


# What the versions of one place have in common.
PLACE = ("video_id", "media_sha256", "start_seconds", "end_seconds")


# What the gates let through and a person says was never said.
NOT_SAID = "not_said"


class SegmentQuerySet(models.QuerySet["Segment"]):
    def trusted(self) -> "SegmentQuerySet":
        """Those that passed every gate and were not taken out: the only ones shown downstream."""
        return self.filter(gate_reason="")

    def correctable(self) -> "SegmentQuerySet":
        """Those that passed every gate, and of them those that a person took out too."""
        return self.filter(gate_reason__in=["", NOT_SAID])


class Segment(models.Model):
    """One row per stretch of speech, stored as it is heard; a gated one is kept and marked."""

    transcription = models.ForeignKey(Transcription, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveIntegerField()
    text = models.TextField()
    correction = models.ForeignKey(
        Correction,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="segments",
        help_text="The version that stands; empty where nobody has changed the text.",
    )
    heard_text = models.TextField(blank=True, help_text="What the text was before it was corrected.")
    heard_words = models.JSONField(default=list, blank=True, help_text="What the words were then.")
    gate_reason = models.CharField(max_length=32, blank=True, help_text="Why the text is not trusted.")
    repair = models.CharField(max_length=64, blank=True, help_text="What was mended of the times.")
    spoken_language = models.CharField(
        max_length=16, blank=True, default="", help_text="Empty where the engine does not say."
    )
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    caption_agreement = models.FloatField(
        null=True,
        help_text="Share of the segment's words that published captions have too; empty where there are none.",
    )
    average_log_probability = models.FloatField(null=True)
    no_speech_probability = models.FloatField(null=True)
    compression_ratio = models.FloatField(null=True)
    words = models.JSONField(
        default=list, help_text="[{start_seconds, end_seconds, text, probability}], in order."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transcription", "position"], name="segment_once"),
            models.CheckConstraint(
                condition=Q(start_seconds__gte=0, end_seconds__gte=models.F("start_seconds")),
                name="segment_times_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["transcription", "position"], condition=~Q(gate_reason=""), name="segment_doubted"
            )
        ]

    objects = SegmentQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.start_seconds:.1f} {self.text}"

    @property
    def as_heard(self) -> str:
        return self.heard_text or self.text

    @property
    def version(self) -> int:
        """The version that stands: 0 is what was heard."""
        return self.correction.version if self.correction else 0

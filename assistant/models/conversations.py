"""What the tutor was asked and has said: conversations, questions, answers, citations, and what people thought."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.models import Course, Video

# A worker that died this often on one question will die again.
MOST_ATTEMPTS = 3


class Conversation(models.Model):
    """One row per conversation of a person with the tutor; gone for good once they delete it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    course = models.ForeignKey(
        Course,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: every course of this person.",
    )
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(F("user"), F("updated_at").desc(), name="conversation_newest")]

    def __str__(self) -> str:
        return self.title


class QuestionState(models.TextChoices):
    """Where a question stands; its answer tells how it ended."""

    PENDING = "pending", _("waiting")
    RUNNING = "running", _("being answered")
    ENDED = "ended", _("ended")


UNFINISHED = Q(state__in=["pending", "running"])


class QuestionQuerySet(models.QuerySet["Question"]):
    def unfinished(self) -> "QuestionQuerySet":
        return self.filter(UNFINISHED)

    def claimable(self, *, at: datetime) -> "QuestionQuerySet":
        """Waiting ones, and running ones whose worker has let the lease expire."""
        return self.filter(
            Q(state=QuestionState.PENDING) | Q(state=QuestionState.RUNNING, lease_expires_at__lt=at)
        )


class Question(models.Model):
    """One row per question asked; those of one conversation follow one another by id."""

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        help_text="Empty: asked on the command line.",
    )
    course = models.ForeignKey(Course, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField()
    standalone_text = models.TextField(
        blank=True, help_text="What is looked for, where the question leans on something said before."
    )
    quoted_video_ids = ArrayField(
        models.BigIntegerField(), default=list, blank=True, help_text="Whose words stand in the standalone text."
    )
    video = models.ForeignKey(
        Video, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Asked about it."
    )
    moment_seconds = models.FloatField(null=True, blank=True, help_text="Of the video: asked about it.")
    state = models.CharField(max_length=16, choices=QuestionState.choices, default=QuestionState.PENDING)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    stop_requested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=UNFINISHED, name="question_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(moment_seconds=None) | Q(moment_seconds__gte=0), name="question_moment_in_video"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=UNFINISHED, name="question_queue"),
            models.Index(fields=["asked_at"], name="question_asked_at"),
            GinIndex(fields=["quoted_video_ids"], name="question_quoted_videos"),
        ]

    objects = QuestionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.text

    @property
    def is_ended(self) -> bool:
        return self.state == QuestionState.ENDED

    @property
    def search_text(self) -> str:
        """What is looked for."""
        return self.standalone_text or self.text

    @property
    def asked_text(self) -> str:
        """What the model is asked and its sentences are verified against: no words of a lecture are in it."""
        return self.text if self.quoted_video_ids else self.search_text


class AnswerState(models.TextChoices):
    """How an answer ended."""

    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("refused")
    STOPPED = "stopped", _("stopped")
    FAILED = "failed", _("failed")


class Answer(models.Model):
    """One row per attempt at a question that has come to an end."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=16, choices=AnswerState.choices)
    text = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="Why it was refused or failed.")
    model = models.CharField(max_length=255)
    adapter = models.CharField(max_length=255, blank=True)
    prompt_digest = models.CharField(max_length=64)
    passage_ids = ArrayField(models.BigIntegerField(), default=list, help_text="Sentences retrieved.")
    is_quote = models.BooleanField(default=False, help_text="The lecture's words, none of the model's.")
    latency_seconds = models.FloatField()
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "attempt"], name="answer_once")]
        indexes = [models.Index(fields=["answered_at"], name="answer_answered_at")]

    def __str__(self) -> str:
        return self.text or self.state

    @property
    def shown_text(self) -> str:
        """Its text without what is cited from videos that are withdrawn."""
        citations = sorted(self.citations.all(), key=lambda citation: citation.position)
        if not any(citation.is_hidden for citation in citations):
            return self.text
        return " ".join(filter(None, (citation.shown_sentence for citation in citations)))


class CitationQuerySet(models.QuerySet["Citation"]):
    def standing(self) -> "CitationQuerySet":
        """Those that have their words."""
        return self.filter(is_withdrawn=False)

    def shown(self) -> "CitationQuerySet":
        """Those whose words may be shown: a video that has gone at its source may come back, and they with it."""
        return self.standing().filter(video__is_withdrawn=False)


class Citation(models.Model):
    """One row per sentence of an answer: the lecture's sentence that supports it."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="citations")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="citations")
    position = models.PositiveSmallIntegerField()
    sentence = models.TextField(blank=True, help_text="What the answer says.")
    quote = models.TextField(blank=True, help_text="What the lecture says.")
    url = models.TextField(blank=True)
    is_withdrawn = models.BooleanField(default=False)
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "position"], name="citation_once")]

    objects = CitationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.quote or self.url

    @property
    def is_hidden(self) -> bool:
        """Whether its words are not to be shown, now or ever again."""
        return self.is_withdrawn or self.video.is_withdrawn

    @property
    def shown_sentence(self) -> str:
        return "" if self.is_hidden else self.sentence


class FeedbackReason(models.TextChoices):
    """What was not good about an answer."""

    WRONG = "wrong", _("It is wrong")
    OFF_TOPIC = "off_topic", _("It is not what was asked")
    WRONG_PLACE = "wrong_place", _("It cites the wrong place in the lecture")
    OUGHT_TO_REFUSE = "ought_to_refuse", _("It should have been refused")
    OUGHT_TO_ANSWER = "ought_to_answer", _("It should have been answered")
    OTHER = "other", _("Something else")


class Feedback(models.Model):
    """One row per answer and person who judged it."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="feedback")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_helpful = models.BooleanField()
    reason = models.CharField(max_length=16, choices=FeedbackReason.choices, blank=True)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [models.UniqueConstraint(fields=["answer", "user"], name="feedback_once")]
        indexes = [models.Index(fields=["created_at"], name="feedback_created_at")]

    def __str__(self) -> str:
        return "helpful" if self.is_helpful else str(self.get_reason_display()) or "not helpful"

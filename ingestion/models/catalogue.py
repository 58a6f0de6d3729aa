"""The videos and courses that what has been fetched speaks of, and who may see these."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Whoever has it sees every course, the status page and the admin.
OPERATE = "ingestion.operate"
# Whoever has it adds lectures, and leads the courses of which they are members.
TEACH = "ingestion.teach"


class Availability(models.TextChoices):
    """Whether a video can be had, and if not, why."""

    PUBLIC = "public", _("public")
    UNLISTED = "unlisted", _("unlisted")
    PRIVATE = "private", _("private")
    UPCOMING = "upcoming", _("has not begun")
    LIVE = "live", _("live now")
    AGE_LIMITED = "age_limited", _("for adults who sign in")
    REGION_BLOCKED = "region_blocked", _("blocked in this country")
    MEMBERS_ONLY = "members_only", _("for members of the channel")
    DELETED = "deleted", _("deleted at its source")
    REMOVED = "removed", _("removed here")


class RemovalCause(models.TextChoices):
    """Why a video was removed; by a rule, unless a person asked for it."""

    REQUEST = "request", _("on request")
    GONE = "gone", _("private or deleted at its source for too long")
    UNCONFIRMED = "unconfirmed", _("not confirmed by its source for too long")


# Where a video has gone that YouTube plays no more. One that is described as private lately is private for others:
# whoever described it has the right to see it, as the owner of a course has.
GONE_STATES = (Availability.PRIVATE, Availability.DELETED)
IS_WITHDRAWN = Q(availability=Availability.REMOVED) | (
    Q(is_on_youtube=True, availability__in=GONE_STATES)
    & ~Q(availability=Availability.PRIVATE, described_at__isnull=False, described_at__gte=F("observed_at"))
)


# What titles are sorted by: an index holds no text of any length.
BEGIN_OF_TITLE = Left("title", 200)


class VideoQuerySet(models.QuerySet["Video"]):
    def retained(self) -> "VideoQuerySet":
        """Videos that may be shown, transcribed, searched and counted."""
        return self.filter(is_withdrawn=False)

    def withdrawn(self) -> "VideoQuerySet":
        """Videos nobody is shown anything of: those that have gone at their source, and the tombstones."""
        return self.filter(is_withdrawn=True)

    def gone(self) -> "VideoQuerySet":
        """Withdrawn ones that may come back: what is held of them stays for a while."""
        return self.withdrawn().exclude(availability=Availability.REMOVED)

    def kept(self) -> "VideoQuerySet":
        """Videos of which anything may be held: all but the tombstones."""
        return self.exclude(availability=Availability.REMOVED)

    def removed(self) -> "VideoQuerySet":
        """Tombstones: every stage deletes what it holds of these."""
        return self.filter(availability=Availability.REMOVED)

    def visible_to(self, user: User | AnonymousUser) -> "VideoQuerySet":
        """Retained videos of the courses that are this person's; all of them for an operator."""
        if user.has_perm(OPERATE):
            return self.retained()
        listed = Course.videos.through.objects.filter(
            video=OuterRef("pk"), course__in=Course.objects.visible_to(user)
        )
        return self.retained().filter(Exists(listed))


class Video(models.Model):
    """One row per video known, with what its newest sighting says; the warehouse keeps the history.

    A removed one keeps its id, the reason and the time, nothing else.
    """

    video_id = models.CharField(max_length=64, unique=True)
    title = models.TextField(blank=True)
    availability = models.CharField(max_length=16, choices=Availability.choices, default=Availability.PUBLIC)
    is_on_youtube = models.BooleanField(default=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    view_count = models.BigIntegerField(null=True, blank=True, help_text="Empty where hidden.")
    published_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    observed_at = models.DateTimeField(null=True, blank=True, help_text="Latest sighting at a source.")
    described_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Latest sighting by a payload that describes it."
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removal_reason = models.TextField(blank=True)
    removal_cause = models.CharField(max_length=16, choices=RemovalCause.choices, blank=True)
    # Said once, for queries of every app and for SQL.
    is_withdrawn = models.GeneratedField(
        expression=Case(When(IS_WITHDRAWN, then=Value(True)), default=Value(False)),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="Nobody is shown anything of it.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(availability=Availability.REMOVED, removed_at__isnull=False)
                | (~models.Q(availability=Availability.REMOVED) & models.Q(removed_at__isnull=True)),
                name="video_removed_at_a_time",
            )
        ]
        indexes = [
            models.Index(F("published_at").desc(nulls_last=True), F("id").desc(), name="video_newest"),
            models.Index(F("view_count").desc(nulls_last=True), F("id").desc(), name="video_most_viewed"),
            models.Index(F("duration_seconds").desc(nulls_last=True), F("id").desc(), name="video_longest"),
            models.Index(BEGIN_OF_TITLE, F("id"), name="video_by_title"),
        ]

    objects = VideoQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title or self.video_id

    def url_at(self, seconds: float) -> str:
        """Return the address that opens this video at a second, rounded down."""
        whole = max(0, int(seconds))
        if self.is_on_youtube:
            return f"https://www.youtube.com/watch?v={self.video_id}&t={whole}s"
        return f"/videos/{self.video_id}/?t={whole}"


class Chapter(models.Model):
    """One row per chapter of a video, as its newest sighting names them."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="chapters")
    position = models.PositiveSmallIntegerField()
    title = models.TextField()
    start_seconds = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "position"], name="chapter_once")]

    def __str__(self) -> str:
        return self.title


class CourseAccess(models.TextChoices):
    """Who takes part in a course."""

    OPEN = "open", _("everyone who signs in")
    CODE = "code", _("whoever has the code")
    LIST = "list", _("only those on its list")


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: User | AnonymousUser) -> "CourseQuerySet":
        """Open courses and those of which this person is a member; all of them for an operator."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm(OPERATE):
            return self
        mine = Membership.objects.filter(course=OuterRef("pk"), user=user)
        return self.filter(Q(access=CourseAccess.OPEN) | Exists(mine))

    def led_by(self, user: User | AnonymousUser) -> "CourseQuerySet":
        """Courses whose members and access this person decides on."""
        if user.has_perm(OPERATE):
            return self
        if not user.is_authenticated or not user.has_perm(TEACH):
            return self.none()
        return self.filter(Exists(Membership.objects.filter(course=OuterRef("pk"), user=user)))


class Course(models.Model):
    """What one class follows: the videos of some playlists."""

    title = models.CharField(max_length=255, unique=True)
    playlist_ids = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    language = models.CharField(max_length=16, blank=True, help_text="Empty: heard from the speech itself.")
    glossary = models.TextField(blank=True, help_text="Terms of the subject, one a line.")
    access = models.CharField(max_length=8, choices=CourseAccess.choices, default=CourseAccess.LIST)
    join_code = models.CharField(max_length=32, blank=True, help_text="For courses joined by code.")
    videos = models.ManyToManyField(Video, related_name="courses", blank=True)

    class Meta:
        permissions = [
            ("operate", "Operate the installation: every course, the status page, the admin"),
            ("teach", "Add lectures and lead the courses of which one is a member"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["join_code"], condition=~Q(join_code=""), name="course_join_code_once"
            ),
            models.CheckConstraint(
                condition=~Q(access=CourseAccess.CODE) | ~Q(join_code=""), name="course_by_code_has_code"
            ),
        ]

    objects = CourseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """One row per course and person who takes part in it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.course_id}"

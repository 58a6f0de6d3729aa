"""The marts as read-only models over their views; the first line of each SQL file says its grain."""

from django.db import models


class MartVideoCurrent(models.Model):
    """One row per video: what it is, its totals as last seen and how far its transcript has come."""

    video_key = models.UUIDField(primary_key=True)
    video_id = models.TextField()
    channel_id = models.TextField()
    title = models.TextField()
    channel_title = models.TextField()
    country_code = models.TextField()
    category_title = models.TextField()
    language_code = models.TextField()
    availability = models.TextField()
    transcription_state = models.TextField()
    asr_engine = models.TextField()
    asr_model = models.TextField()
    duration_seconds = models.BigIntegerField(null=True)
    view_count = models.BigIntegerField(null=True)
    like_count = models.BigIntegerField(null=True)
    comment_count = models.BigIntegerField(null=True)
    playlist_count = models.BigIntegerField()
    tag_count = models.BigIntegerField()
    segment_count = models.BigIntegerField()
    gated_segment_count = models.BigIntegerField()
    word_count = models.BigIntegerField()
    has_captions = models.BooleanField(null=True)
    is_live = models.BooleanField(null=True)
    published_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "mart_video_current"

    def __str__(self) -> str:
        return self.title


class MartVideoDaily(models.Model):
    """One row per video and UTC day on which its totals were seen, with the gains since the day before."""

    pk = models.CompositePrimaryKey("video_key", "day_on")
    video_key = models.UUIDField()
    video_id = models.TextField()
    title = models.TextField()
    view_count_regime = models.TextField()
    view_count = models.BigIntegerField(null=True)
    like_count = models.BigIntegerField(null=True)
    comment_count = models.BigIntegerField(null=True)
    view_gain = models.BigIntegerField(null=True)
    like_gain = models.BigIntegerField(null=True)
    comment_gain = models.BigIntegerField(null=True)
    days_since_previous = models.IntegerField(null=True)
    is_regime_change = models.BooleanField()
    day_on = models.DateField()
    observed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "mart_video_daily"

    def __str__(self) -> str:
        return f"{self.video_id} on {self.day_on}"


class MartChannelTotals(models.Model):
    """One row per channel: sums over its distinct videos, each with its totals as last seen."""

    channel_key = models.UUIDField(primary_key=True)
    channel_id = models.TextField()
    title = models.TextField()
    handle = models.TextField()
    country_code = models.TextField()
    video_count = models.BigIntegerField()
    transcribed_video_count = models.BigIntegerField()
    hidden_like_video_count = models.BigIntegerField()
    duration_seconds = models.BigIntegerField(null=True)
    view_count = models.BigIntegerField(null=True)
    like_count = models.BigIntegerField(null=True)
    comment_count = models.BigIntegerField(null=True)
    subscriber_count = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "mart_channel_totals"

    def __str__(self) -> str:
        return self.title


class MartSpeechPace(models.Model):
    """One row per video and minute of it in which trusted speech begins."""

    pk = models.CompositePrimaryKey("video_key", "minute_number")
    video_key = models.UUIDField()
    video_id = models.TextField()
    title = models.TextField()
    minute_number = models.IntegerField()
    segment_count = models.BigIntegerField()
    word_count = models.BigIntegerField()
    speech_seconds = models.FloatField()
    words_per_minute = models.FloatField(null=True)

    class Meta:
        managed = False
        db_table = "mart_speech_pace"

    def __str__(self) -> str:
        return f"{self.video_id} minute {self.minute_number}"

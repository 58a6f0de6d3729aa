"""The marts as read-only models over their views; the first line of each SQL file says its grain."""

from django.db import models


class MartVideoCurrent(models.Model):
    """One row per video: what it is, its totals as last seen and how far its transcript has come."""

    video_key = models.UUIDField(primary_key=True, help_text="md5 of the video's id.")
    video_id = models.TextField(help_text="As YouTube names it; it may begin with a dash.")
    channel_id = models.TextField(help_text="Empty where unknown.")
    title = models.TextField()
    channel_title = models.TextField(help_text="Empty where unknown.")
    country_code = models.TextField(help_text="Of the channel; empty where unknown.")
    category_title = models.TextField(help_text="YouTube's category; empty where unknown.")
    language_code = models.TextField(help_text="As its source writes it; empty where unknown.")
    availability = models.TextField(help_text="public, unlisted, private or deleted.")
    transcription_state = models.TextField(
        help_text="How the preferred transcription ended; pending until one has."
    )
    asr_engine = models.TextField(help_text="What heard the lecture; empty until something has.")
    asr_model = models.TextField(help_text="Which model of it.")
    duration_seconds = models.BigIntegerField(null=True)
    view_count = models.BigIntegerField(null=True, help_text="As last seen; null where hidden.")
    like_count = models.BigIntegerField(null=True, help_text="As last seen; null where hidden.")
    comment_count = models.BigIntegerField(null=True, help_text="As last seen; null where disabled.")
    playlist_count = models.BigIntegerField(help_text="Playlists that list the video.")
    tag_count = models.BigIntegerField()
    segment_count = models.BigIntegerField(help_text="Of the preferred transcription.")
    gated_segment_count = models.BigIntegerField(help_text="Segments that are not trusted.")
    word_count = models.BigIntegerField(help_text="Of the trusted segments.")
    has_captions = models.BooleanField(null=True)
    is_live = models.BooleanField(null=True)
    published_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True, help_text="When the totals were seen.")

    class Meta:
        verbose_name_plural = "mart video current"
        managed = False
        db_table = "mart_video_current"

    def __str__(self) -> str:
        return self.title


class MartVideoDaily(models.Model):
    """One row per video and UTC day on which its totals were seen, with the gains since the day before."""

    pk = models.CompositePrimaryKey("video_key", "day_on")
    video_key = models.UUIDField(help_text="md5 of the video's id.")
    video_id = models.TextField(help_text="As YouTube names it; it may begin with a dash.")
    title = models.TextField()
    view_count_regime = models.TextField(
        help_text="What YouTube counted as a view on that day: legacy, shorts_at_start or all_at_start."
    )
    view_count = models.BigIntegerField(null=True, help_text="The day's last total; never sum it over days.")
    like_count = models.BigIntegerField(null=True, help_text="The day's last total; null where hidden.")
    comment_count = models.BigIntegerField(null=True, help_text="The day's last total; null where disabled.")
    view_gain = models.BigIntegerField(null=True, help_text="Since the day seen before; null on the first.")
    like_gain = models.BigIntegerField(null=True, help_text="Since the day seen before.")
    comment_gain = models.BigIntegerField(null=True, help_text="Since the day seen before.")
    days_since_previous = models.IntegerField(null=True, help_text="Days since the day seen before.")
    is_regime_change = models.BooleanField(help_text="A gain here is no gain in audience.")
    day_on = models.DateField(help_text="UTC.")
    observed_at = models.DateTimeField(help_text="When the day's last totals were seen.")

    class Meta:
        managed = False
        db_table = "mart_video_daily"

    def __str__(self) -> str:
        return f"{self.video_id} on {self.day_on}"


class MartChannelTotals(models.Model):
    """One row per channel: sums over its distinct videos, each with its totals as last seen."""

    channel_key = models.UUIDField(primary_key=True, help_text="md5 of the channel's id.")
    channel_id = models.TextField(help_text="As YouTube names it.")
    title = models.TextField()
    handle = models.TextField(help_text="Empty where unknown.")
    country_code = models.TextField(help_text="Empty where unknown.")
    video_count = models.BigIntegerField(help_text="Distinct videos held, not the channel's own count.")
    transcribed_video_count = models.BigIntegerField()
    hidden_like_video_count = models.BigIntegerField(
        help_text="Videos whose likes are hidden: the sum misses these."
    )
    duration_seconds = models.BigIntegerField(null=True, help_text="Sum over the videos.")
    view_count = models.BigIntegerField(null=True, help_text="Sum over the videos, each as last seen.")
    like_count = models.BigIntegerField(null=True, help_text="Sum over the videos whose likes show.")
    comment_count = models.BigIntegerField(null=True, help_text="Sum over the videos whose comments are on.")
    subscriber_count = models.BigIntegerField(null=True, help_text="As last seen; null where hidden.")
    published_at = models.DateTimeField(null=True, help_text="When the channel was made.")
    observed_at = models.DateTimeField(null=True, help_text="When the channel was last seen.")

    class Meta:
        verbose_name_plural = "mart channel totals"
        managed = False
        db_table = "mart_channel_totals"

    def __str__(self) -> str:
        return self.title


class MartSpeechPace(models.Model):
    """One row per video and minute of it in which trusted speech begins."""

    pk = models.CompositePrimaryKey("video_key", "minute_number")
    video_key = models.UUIDField(help_text="md5 of the video's id.")
    video_id = models.TextField(help_text="As YouTube names it; it may begin with a dash.")
    title = models.TextField()
    minute_number = models.IntegerField(help_text="The first minute is 0.")
    segment_count = models.BigIntegerField(help_text="Trusted segments that begin in the minute.")
    word_count = models.BigIntegerField(help_text="Words of these segments.")
    speech_seconds = models.FloatField(help_text="Length of these segments.")
    words_per_minute = models.FloatField(null=True, help_text="Null where the segments have no length.")

    class Meta:
        managed = False
        db_table = "mart_speech_pace"

    def __str__(self) -> str:
        return f"{self.video_id} minute {self.minute_number}"


class MartTranscriptQuality(models.Model):
    """One row per video with a transcript: how much of it was doubted, and how much people have corrected."""

    video_key = models.UUIDField(primary_key=True, help_text="md5 of the video's id.")
    video_id = models.TextField(help_text="As YouTube names it; it may begin with a dash.")
    title = models.TextField()
    segment_count = models.BigIntegerField(help_text="Of the transcript that is read.")
    gated_segment_count = models.BigIntegerField(help_text="Segments that are not trusted.")
    word_count = models.BigIntegerField(help_text="Of the trusted segments, as corrected.")
    correction_count = models.BigIntegerField(help_text="Versions that people have made, undone ones too.")
    corrected_segment_count = models.BigIntegerField(help_text="Trusted segments that say what a person wrote.")
    unplaced_correction_count = models.BigIntegerField(
        help_text="Corrections that fit no segment of a newer transcript: they need review."
    )
    word_edit_count = models.BigIntegerField(
        help_text="Words put in, taken out or replaced in the corrected segments."
    )
    corrected_segment_share = models.FloatField(
        null=True, help_text="Of the trusted segments; null where there are none."
    )
    average_log_probability = models.FloatField(
        null=True, help_text="Of what was heard, weighted by the segments' length."
    )

    class Meta:
        verbose_name_plural = "mart transcript quality"
        managed = False
        db_table = "mart_transcript_quality"

    def __str__(self) -> str:
        return self.title


class MartViewVelocity(models.Model):
    """One row per video and window of an hour, one every quarter of an hour: the views gained in it."""

    pk = models.CompositePrimaryKey("video_key", "window_start_at")
    video_key = models.UUIDField(help_text="md5 of the video's id.")
    video_id = models.TextField(help_text="As YouTube names it; it may begin with a dash.")
    title = models.TextField()
    view_count_regime = models.TextField(
        help_text="What YouTube counted as a view at the window's end: legacy, shorts_at_start or all_at_start."
    )
    view_count = models.BigIntegerField(help_text="The total at the window's end; never sum it.")
    view_gain = models.BigIntegerField(help_text="Windows overlap: sum every fourth of a video only.")
    poll_count = models.BigIntegerField(help_text="Polls in the window; 0: a line between those around it.")
    is_regime_change = models.BooleanField(help_text="A gain here is no gain in audience.")
    published_at = models.DateTimeField(null=True)
    window_start_at = models.DateTimeField()
    window_end_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "mart_view_velocity"

    def __str__(self) -> str:
        return f"{self.video_id} from {self.window_start_at:%F %T}"


MARTS: tuple[type[models.Model], ...] = (
    MartVideoCurrent,
    MartVideoDaily,
    MartViewVelocity,
    MartChannelTotals,
    MartSpeechPace,
    MartTranscriptQuality,
)

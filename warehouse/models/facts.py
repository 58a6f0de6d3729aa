"""Facts: what was seen and heard, and when."""

from django.db import models

from warehouse.models.dimensions import DimASRModel, DimChannel, DimDate, DimLanguage, DimVideo


class FctVideoSnapshot(models.Model):
    """One row per video, source and moment at which it was seen; totals are cumulative."""

    video_snapshot_key = models.UUIDField(primary_key=True)
    video = models.ForeignKey(DimVideo, on_delete=models.CASCADE, db_column="video_key")
    date = models.ForeignKey(DimDate, on_delete=models.PROTECT, db_column="date_key")
    source = models.TextField()
    view_count = models.BigIntegerField(null=True)
    like_count = models.BigIntegerField(null=True, help_text="NULL where hidden.")
    comment_count = models.BigIntegerField(null=True, help_text="NULL where disabled.")
    # For marts that measure time: no two databases subtract timestamps alike.
    observed_second = models.BigIntegerField(help_text="Whole seconds since 1970.")
    observed_at = models.DateTimeField()

    class Meta:
        db_table = "fct_video_snapshot"

    def __str__(self) -> str:
        return f"{self.video_id} at {self.observed_at:%F %T}"


class FctChannelSnapshot(models.Model):
    """One row per channel, source and moment at which it was seen; totals are cumulative."""

    channel_snapshot_key = models.UUIDField(primary_key=True)
    channel = models.ForeignKey(DimChannel, on_delete=models.CASCADE, db_column="channel_key")
    date = models.ForeignKey(DimDate, on_delete=models.PROTECT, db_column="date_key")
    source = models.TextField()
    view_count = models.BigIntegerField(null=True)
    subscriber_count = models.BigIntegerField(null=True, help_text="NULL where hidden.")
    video_count = models.BigIntegerField(null=True)
    observed_at = models.DateTimeField()

    class Meta:
        db_table = "fct_channel_snapshot"

    def __str__(self) -> str:
        return f"{self.channel_id} at {self.observed_at:%F %T}"


class FctTranscription(models.Model):
    """One row per transcription that has ended, however it ended."""

    transcription_key = models.UUIDField(primary_key=True)
    video = models.ForeignKey(DimVideo, on_delete=models.CASCADE, db_column="video_key")
    asr_model = models.ForeignKey(DimASRModel, on_delete=models.PROTECT, db_column="asr_model_key")
    language = models.ForeignKey(DimLanguage, on_delete=models.PROTECT, null=True, db_column="language_key")
    date = models.ForeignKey(DimDate, on_delete=models.PROTECT, null=True, db_column="date_key")
    media_sha256 = models.TextField()
    outcome = models.TextField()
    audio_seconds = models.FloatField(null=True)
    wall_seconds = models.FloatField(null=True)
    average_log_probability = models.FloatField(null=True, help_text="Weighted by the segments' length.")
    segment_count = models.IntegerField()
    gated_segment_count = models.IntegerField()
    word_count = models.IntegerField(help_text="Of the segments that were not gated.")
    is_preferred = models.BooleanField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fct_transcription"

    def __str__(self) -> str:
        return f"{self.video_id}: {self.outcome}"


class FctTranscriptSegment(models.Model):
    """One row per segment of the transcription preferred for its video; a gated one is kept, marked."""

    transcript_segment_key = models.UUIDField(primary_key=True)
    transcription = models.ForeignKey(FctTranscription, on_delete=models.CASCADE, db_column="transcription_key")
    video = models.ForeignKey(DimVideo, on_delete=models.CASCADE, db_column="video_key")
    text = models.TextField()
    gate_reason = models.TextField()
    position = models.IntegerField()
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    word_count = models.IntegerField()
    is_gated = models.BooleanField()

    class Meta:
        db_table = "fct_transcript_segment"

    def __str__(self) -> str:
        return f"{self.start_seconds:.1f} {self.text}"


class FctCorrection(models.Model):
    """One row per version that a person gave a stretch of a transcript; version 0, as heard, has none."""

    correction_key = models.UUIDField(primary_key=True)
    video = models.ForeignKey(DimVideo, on_delete=models.CASCADE, db_column="video_key")
    date = models.ForeignKey(DimDate, on_delete=models.PROTECT, db_column="date_key")
    version = models.IntegerField()
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    heard_word_count = models.IntegerField()
    word_edit_count = models.IntegerField(help_text="Words put in, taken out or replaced of those heard.")
    is_standing = models.BooleanField(help_text="The last version, and not what was heard.")
    is_shown = models.BooleanField(help_text="The transcript that is read has it.")
    corrected_at = models.DateTimeField()

    class Meta:
        db_table = "fct_correction"

    def __str__(self) -> str:
        return f"{self.video_id} at {self.start_seconds:.1f}: version {self.version}"

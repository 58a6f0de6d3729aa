"""Dimensions in third normal form, and the bridges between them."""

from django.db import models


class DimCountry(models.Model):
    """One row per country a channel names."""

    country_key = models.UUIDField(primary_key=True)
    country_code = models.TextField(unique=True)

    class Meta:
        verbose_name_plural = "dim countries"
        db_table = "dim_country"

    def __str__(self) -> str:
        return self.country_code


class DimLanguage(models.Model):
    """One row per language of a video or transcription, as its source writes it."""

    language_key = models.UUIDField(primary_key=True)
    language_code = models.TextField(unique=True)
    primary_code = models.TextField(help_text="Without script and region: zh of zh-Hans.")

    class Meta:
        db_table = "dim_language"

    def __str__(self) -> str:
        return self.language_code


class DimCategory(models.Model):
    """One row per category of YouTube; one that was only named has no title."""

    category_key = models.UUIDField(primary_key=True)
    category_id = models.TextField(unique=True)
    title = models.TextField()
    is_assignable = models.BooleanField(null=True)

    class Meta:
        verbose_name_plural = "dim categories"
        db_table = "dim_category"

    def __str__(self) -> str:
        return self.title


class DimChannel(models.Model):
    """One row per channel; a stub is one that was only named."""

    channel_key = models.UUIDField(primary_key=True)
    channel_id = models.TextField(unique=True)
    country = models.ForeignKey(DimCountry, on_delete=models.PROTECT, null=True, db_column="country_key")
    uploads_playlist_id = models.TextField()
    title = models.TextField()
    description = models.TextField()
    handle = models.TextField()
    is_stub = models.BooleanField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dim_channel"

    def __str__(self) -> str:
        return self.title


class DimVideo(models.Model):
    """One row per video that is known and not removed."""

    video_key = models.UUIDField(primary_key=True)
    video_id = models.TextField(unique=True)
    channel = models.ForeignKey(DimChannel, on_delete=models.PROTECT, null=True, db_column="channel_key")
    category = models.ForeignKey(DimCategory, on_delete=models.PROTECT, null=True, db_column="category_key")
    language = models.ForeignKey(DimLanguage, on_delete=models.PROTECT, null=True, db_column="language_key")
    title = models.TextField()
    description = models.TextField()
    availability = models.TextField()
    definition = models.TextField()
    duration_seconds = models.BigIntegerField(null=True)
    has_captions = models.BooleanField(null=True)
    is_live = models.BooleanField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dim_video"

    def __str__(self) -> str:
        return self.title


class DimPlaylist(models.Model):
    """One row per playlist; one that was only named has no title."""

    playlist_key = models.UUIDField(primary_key=True)
    playlist_id = models.TextField(unique=True)
    channel = models.ForeignKey(DimChannel, on_delete=models.PROTECT, null=True, db_column="channel_key")
    title = models.TextField()
    description = models.TextField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dim_playlist"

    def __str__(self) -> str:
        return self.title


class BridgePlaylistVideo(models.Model):
    """One row per playlist and position; a playlist may list a video twice."""

    pk = models.CompositePrimaryKey("playlist_id", "position")
    playlist = models.ForeignKey(DimPlaylist, on_delete=models.CASCADE, db_column="playlist_key")
    video = models.ForeignKey(DimVideo, on_delete=models.CASCADE, db_column="video_key")
    position = models.PositiveIntegerField()
    added_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "bridge_playlist_video"

    def __str__(self) -> str:
        return f"{self.playlist_id} {self.position}"


class DimTag(models.Model):
    """One row per tag, as it is written."""

    tag_key = models.UUIDField(primary_key=True)
    tag = models.TextField()

    class Meta:
        db_table = "dim_tag"

    def __str__(self) -> str:
        return self.tag


class BridgeVideoTag(models.Model):
    """One row per video and tag."""

    pk = models.CompositePrimaryKey("video_id", "tag_id")
    video = models.ForeignKey(DimVideo, on_delete=models.CASCADE, db_column="video_key")
    tag = models.ForeignKey(DimTag, on_delete=models.CASCADE, db_column="tag_key")

    class Meta:
        db_table = "bridge_video_tag"

    def __str__(self) -> str:
        return f"{self.video_id} {self.tag_id}"


class DimTopic(models.Model):
    """One row per topic of YouTube: an article of Wikipedia."""

    topic_key = models.UUIDField(primary_key=True)
    topic_url = models.TextField(unique=True)
    title = models.TextField()

    class Meta:
        db_table = "dim_topic"

    def __str__(self) -> str:
        return self.title


class BridgeVideoTopic(models.Model):
    """One row per video and topic."""

    pk = models.CompositePrimaryKey("video_id", "topic_id")
    video = models.ForeignKey(DimVideo, on_delete=models.CASCADE, db_column="video_key")
    topic = models.ForeignKey(DimTopic, on_delete=models.CASCADE, db_column="topic_key")

    class Meta:
        db_table = "bridge_video_topic"

    def __str__(self) -> str:
        return f"{self.video_id} {self.topic_id}"


class DimDate(models.Model):
    """One row per UTC day between the first and the last that a fact names."""

    date_key = models.UUIDField(primary_key=True)
    day_on = models.DateField(unique=True)
    day_number = models.IntegerField(help_text="Days since 1970-01-01: the distance of two days is a minus.")
    year = models.SmallIntegerField()
    quarter = models.SmallIntegerField()
    month = models.SmallIntegerField()
    iso_week = models.SmallIntegerField()
    iso_weekday = models.SmallIntegerField(help_text="1 is Monday.")
    is_weekend = models.BooleanField()

    class Meta:
        db_table = "dim_date"

    def __str__(self) -> str:
        return str(self.day_on)


class DimASRModel(models.Model):
    """One row per way of hearing: engine, model, task and options, which the digest names."""

    asr_model_key = models.UUIDField(primary_key=True)
    digest = models.TextField(unique=True)
    engine = models.TextField()
    model = models.TextField()

    class Meta:
        db_table = "dim_asr_model"

    def __str__(self) -> str:
        return f"{self.engine} {self.model}".strip()

"""The dimensions, with what bridges hold shown beside each video."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ingestion.admin import base
from ingestion.models import Availability
from warehouse.models import (
    DimASRModel,
    DimCategory,
    DimChannel,
    DimCountry,
    DimDate,
    DimLanguage,
    DimPlaylist,
    DimTag,
    DimTopic,
    DimVideo,
)


class AvailabilityFilter(base.ChoiceFilter):
    title = _("availability")
    parameter_name = "availability"
    values = Availability.choices


@admin.register(DimCountry)
class DimCountryAdmin(base.ReadOnlyAdmin):
    list_display = ["country_code", "country_key"]
    search_fields = ["country_code"]


@admin.register(DimLanguage)
class DimLanguageAdmin(base.ReadOnlyAdmin):
    list_display = ["language_code", "primary_code", "language_key"]
    list_filter = ["primary_code"]
    search_fields = ["language_code"]


@admin.register(DimCategory)
class DimCategoryAdmin(base.ReadOnlyAdmin):
    list_display = ["category_id", "title", "is_assignable"]
    list_filter = ["is_assignable"]
    search_fields = ["category_id", "title"]


@admin.register(DimChannel)
class DimChannelAdmin(base.ReadOnlyAdmin):
    list_display = ["channel_id", "title", "handle", "country", "is_stub", "published_at"]
    list_filter = ["is_stub"]
    list_select_related = ["country"]
    search_fields = ["channel_id__exact", "title", "handle"]


@admin.register(DimVideo)
class DimVideoAdmin(base.ReadOnlyAdmin):
    list_display = [
        "video_id",
        "title",
        "channel",
        "category",
        "language",
        "availability",
        "duration_seconds",
        "has_captions",
        "published_at",
    ]
    list_filter = [AvailabilityFilter, "has_captions", "is_live"]
    list_select_related = ["channel", "category", "language"]
    search_fields = ["video_id__exact", "title"]
    readonly_fields = ["playlists", "tags", "topics"]

    @admin.display(description=_("playlists"))
    def playlists(self, video: DimVideo) -> str:
        listed = DimPlaylist.objects.filter(bridgeplaylistvideo__video=video).distinct().order_by("playlist_id")
        return ", ".join(playlist.title or playlist.playlist_id for playlist in listed)

    @admin.display(description=_("tags"))
    def tags(self, video: DimVideo) -> str:
        return ", ".join(map(str, DimTag.objects.filter(bridgevideotag__video=video).order_by("tag")))

    @admin.display(description=_("topics"))
    def topics(self, video: DimVideo) -> str:
        return ", ".join(map(str, DimTopic.objects.filter(bridgevideotopic__video=video).order_by("title")))


@admin.register(DimPlaylist)
class DimPlaylistAdmin(base.ReadOnlyAdmin):
    list_display = ["playlist_id", "title", "channel", "published_at"]
    list_select_related = ["channel"]
    search_fields = ["playlist_id__exact", "title"]


@admin.register(DimTag)
class DimTagAdmin(base.ReadOnlyAdmin):
    list_display = ["tag", "tag_key"]
    search_fields = ["tag"]


@admin.register(DimTopic)
class DimTopicAdmin(base.ReadOnlyAdmin):
    list_display = ["title", "topic_url"]
    search_fields = ["title", "topic_url"]


@admin.register(DimDate)
class DimDateAdmin(base.ReadOnlyAdmin):
    list_display = ["day_on", "iso_week", "iso_weekday", "is_weekend", "day_number"]
    list_filter = ["year", "is_weekend"]
    ordering = ["-day_on"]


@admin.register(DimASRModel)
class DimASRModelAdmin(base.ReadOnlyAdmin):
    list_display = ["digest", "engine", "model"]
    list_filter = ["engine", "model"]
    search_fields = ["digest", "model"]

"""The warehouse as an operator sees it: read only, since every row can be built again.

Missing are the bridges, `mart_video_daily`, `mart_view_velocity` and `mart_speech_pace`: Django's admin takes no
model with a composite key. What bridges hold is shown with its video; the marts are read over the API, to which
the lists of marts link.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerError

import ingestion.paging
from ingestion.models import Availability
from transcripts.models import State
from warehouse import catalogue, paging, tasks
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
    FctChannelSnapshot,
    FctTranscription,
    FctTranscriptSegment,
    FctVideoSnapshot,
    MartChannelTotals,
    MartVideoCurrent,
    WarehouseBuild,
)


class ChoiceFilter(admin.SimpleListFilter):
    """Filter by values known beforehand, where to look for them would read the whole table."""

    values: list[tuple[Any, Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return self.values

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class AvailabilityFilter(ChoiceFilter):
    title = _("availability")
    parameter_name = "availability"
    values = Availability.choices


class OutcomeFilter(ChoiceFilter):
    title = _("outcome")
    parameter_name = "outcome"
    values = State.choices


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    paginator = ingestion.paging.EstimatingPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class FactAdmin(ReadOnlyAdmin):
    """A table of millions: found by its video or channel, sorted by its key alone."""

    sortable_by = ()
    list_select_related = ["video"]
    search_fields = ["video__video_id__exact"]
    search_help_text = _("The id of a video")


@admin.register(DimCountry)
class DimCountryAdmin(ReadOnlyAdmin):
    list_display = ["country_code", "country_key"]
    search_fields = ["country_code"]


@admin.register(DimLanguage)
class DimLanguageAdmin(ReadOnlyAdmin):
    list_display = ["language_code", "primary_code", "language_key"]
    list_filter = ["primary_code"]
    search_fields = ["language_code"]


@admin.register(DimCategory)
class DimCategoryAdmin(ReadOnlyAdmin):
    list_display = ["category_id", "title", "is_assignable"]
    list_filter = ["is_assignable"]
    search_fields = ["category_id", "title"]


@admin.register(DimChannel)
class DimChannelAdmin(ReadOnlyAdmin):
    list_display = ["channel_id", "title", "handle", "country", "is_stub", "published_at"]
    list_filter = ["is_stub"]
    list_select_related = ["country"]
    search_fields = ["channel_id__exact", "title", "handle"]


@admin.register(DimVideo)
class DimVideoAdmin(ReadOnlyAdmin):
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
class DimPlaylistAdmin(ReadOnlyAdmin):
    list_display = ["playlist_id", "title", "channel", "published_at"]
    list_select_related = ["channel"]
    search_fields = ["playlist_id__exact", "title"]


@admin.register(DimTag)
class DimTagAdmin(ReadOnlyAdmin):
    list_display = ["tag", "tag_key"]
    search_fields = ["tag"]


@admin.register(DimTopic)
class DimTopicAdmin(ReadOnlyAdmin):
    list_display = ["title", "topic_url"]
    search_fields = ["title", "topic_url"]


@admin.register(DimDate)
class DimDateAdmin(ReadOnlyAdmin):
    list_display = ["day_on", "iso_week", "iso_weekday", "is_weekend", "day_number"]
    list_filter = ["year", "is_weekend"]
    ordering = ["-day_on"]


@admin.register(DimASRModel)
class DimASRModelAdmin(ReadOnlyAdmin):
    list_display = ["digest", "engine", "model"]
    list_filter = ["engine", "model"]
    search_fields = ["digest", "model"]


@admin.register(FctVideoSnapshot)
class FctVideoSnapshotAdmin(FactAdmin):
    list_display = ["video", "observed_at", "source", "view_count", "like_count", "comment_count"]
    list_filter = [("like_count", admin.EmptyFieldListFilter)]


@admin.register(FctChannelSnapshot)
class FctChannelSnapshotAdmin(FactAdmin):
    list_display = ["channel", "observed_at", "source", "subscriber_count", "view_count", "video_count"]
    list_filter = [("subscriber_count", admin.EmptyFieldListFilter)]
    list_select_related = ["channel"]
    search_fields = ["channel__channel_id__exact"]
    search_help_text = _("The id of a channel")


@admin.register(FctTranscription)
class FctTranscriptionAdmin(FactAdmin):
    list_display = [
        "video",
        "outcome",
        "asr_model",
        "language",
        "is_preferred",
        "audio_seconds",
        "wall_seconds",
        "word_count",
        "segment_count",
        "gated_segment_count",
        "finished_at",
    ]
    list_filter = [OutcomeFilter, "is_preferred", "asr_model"]
    list_select_related = ["video", "asr_model", "language"]


@admin.register(FctTranscriptSegment)
class FctTranscriptSegmentAdmin(FactAdmin):
    list_display = ["video", "start_seconds", "text", "word_count", "is_gated", "gate_reason"]
    list_filter = ["is_gated"]


class MartAdmin(ReadOnlyAdmin):
    """Each page computes the mart, in about a second for 100,000 videos; it is never computed to be counted."""

    paginator = paging.MartPaginator
    change_list_template = "warehouse/mart_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        links = [(mart.relation, reverse(f"api_mart_{mart.name}")) for mart in catalogue.MARTS]
        return super().changelist_view(request, {"mart_links": links, **(extra_context or {})})


@admin.register(MartVideoCurrent)
class MartVideoCurrentAdmin(MartAdmin):
    list_display = [
        "video_id",
        "title",
        "channel_title",
        "availability",
        "transcription_state",
        "view_count",
        "like_count",
        "word_count",
        "published_at",
    ]
    list_filter = ["has_captions", "is_live"]
    search_fields = ["video_id__exact", "title"]


@admin.register(MartChannelTotals)
class MartChannelTotalsAdmin(MartAdmin):
    list_display = [
        "channel_id",
        "title",
        "video_count",
        "transcribed_video_count",
        "view_count",
        "subscriber_count",
        "observed_at",
    ]
    search_fields = ["channel_id__exact", "title"]


@admin.register(WarehouseBuild)
class WarehouseBuildAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "started_at",
        "finished_at",
        "duration",
        "inserted_count",
        "updated_count",
        "deleted_count",
        "row_count",
    ]
    list_filter = ["started_at"]
    search_fields = ["input_fingerprint__startswith"]
    ordering = ["-pk"]
    change_list_template = "warehouse/build_list.html"

    @admin.display(description=_("duration"))
    def duration(self, build: WarehouseBuild) -> str:
        return f"{build.duration_seconds:.1f} s"

    def get_urls(self) -> list[URLPattern]:
        rebuild = path(
            "rebuild/", self.admin_site.admin_view(self.rebuild), name="warehouse_warehousebuild_rebuild"
        )
        return [rebuild, *super().get_urls()]

    def rebuild(self, request: HttpRequest) -> HttpResponse:
        """Send for a build, which does nothing where nothing has come since the newest."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            tasks.build_warehouse.delay_on_commit()  # type: ignore[attr-defined]
        except BrokerError:
            self.message_user(request, _("The queue does not answer: nothing was sent."), messages.ERROR)
        else:
            sent = _("A build was sent for. It shows here once it is done, if anything had come since the newest.")
            self.message_user(request, sent, messages.SUCCESS)
        return redirect("admin:warehouse_warehousebuild_changelist")

"""Three of the marts, with links to all of them over the API."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ingestion.admin import base
from warehouse import catalogue, paging
from warehouse.models import MartChannelTotals, MartTranscriptQuality, MartVideoCurrent


class MartAdmin(base.ReadOnlyAdmin):
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


@admin.register(MartTranscriptQuality)
class MartTranscriptQualityAdmin(MartAdmin):
    list_display = [
        "video_id",
        "title",
        "segment_count",
        "gated_segment_count",
        "corrected_segment_count",
        "corrected_segment_share",
        "unplaced_correction_count",
        "word_edit_count",
    ]
    search_fields = ["video_id__exact", "title"]

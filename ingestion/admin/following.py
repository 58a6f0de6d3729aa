"""What is followed, what it has spent and what is still to be asked or fetched, as an operator sees it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.admin import base
from ingestion.models import (
    ApiCall,
    AudioFetch,
    AvailabilityChange,
    Enquiry,
    Listing,
    Subscription,
)


@admin.register(Subscription)
class SubscriptionAdmin(base.ListAdmin):
    list_display = [
        "id",
        "title",
        "kind",
        "reference",
        "course",
        "every",
        "is_paused",
        "next_pull_at",
        "short_error",
    ]
    list_filter = ["kind", "is_paused"]
    list_select_related = ["course"]
    search_fields = ["title", "reference", "external_id", "course__title"]
    readonly_fields = ["external_id", "lease_expires_at", "attempt_count", "error", "created_by", "created_at"]
    raw_id_fields = ["course"]
    ordering = ["-pk"]
    actions = ["pull_now", "pause", "go_on"]

    @admin.display(description=_("error"))
    def short_error(self, subscription: Subscription) -> str:
        return base.shorten(subscription.error)

    @admin.action(description=_("Pull at the next tick"), permissions=["operate"])
    def pull_now(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        queryset.update(next_pull_at=timezone.now())

    @admin.action(description=_("Pause"), permissions=["operate"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        queryset.update(is_paused=True)

    @admin.action(description=_("Go on"), permissions=["operate"])
    def go_on(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        queryset.update(is_paused=False)


@admin.register(Listing)
class ListingAdmin(base.RecordAdmin):
    list_display = ["id", "subscription", "video", "is_wanted", "reason", "listed_at"]
    list_filter = ["is_wanted"]
    list_select_related = ["subscription", "video"]
    search_fields = ["video__video_id"]
    ordering = ["-pk"]


@admin.register(ApiCall)
class ApiCallAdmin(base.RecordAdmin):
    list_display = [
        "id",
        "called_at",
        "method",
        "subject",
        "page_number",
        "bucket",
        "quota_date",
        "units",
        "item_count",
        "is_unmodified",
        "short_error",
    ]
    list_filter = ["bucket"]
    search_fields = ["method", "subject"]
    ordering = ["-pk"]

    @admin.display(description=_("error"))
    def short_error(self, call: ApiCall) -> str:
        return base.shorten(call.error)


@admin.register(Enquiry)
class EnquiryAdmin(base.RecordAdmin):
    list_display = ["id", "video", "kind", "due_at", "asked_at", "attempt_count", "error"]
    list_filter = ["kind"]
    list_select_related = ["video"]
    search_fields = ["video__video_id"]
    ordering = ["-pk"]


@admin.register(AvailabilityChange)
class AvailabilityChangeAdmin(base.RecordAdmin):
    list_display = ["id", "video", "availability", "reason", "observed_at"]
    list_select_related = ["video"]
    search_fields = ["video__video_id"]
    ordering = ["-pk"]


@admin.register(AudioFetch)
class AudioFetchAdmin(base.RecordAdmin):
    list_display = ["id", "video", "state", "reason", "attempt_count", "next_attempt_at", "short_error"]
    list_filter = ["state", "reason"]
    list_select_related = ["video"]
    search_fields = ["video__video_id"]
    ordering = ["-pk"]

    @admin.display(description=_("error"))
    def short_error(self, fetch: AudioFetch) -> str:
        return base.shorten(fetch.error)

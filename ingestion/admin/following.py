"""What is followed, what it has spent and what is still to be asked or fetched, as an operator sees it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ingestion.admin import base
from ingestion.audio import fetching
from ingestion.following import subscriptions
from ingestion.models import (
    ApiCall,
    AudioFetch,
    AvailabilityChange,
    Enquiry,
    IngestionRun,
    Listing,
    Subscription,
)


@admin.register(Subscription)
class SubscriptionAdmin(base.RecordAdmin):
    """Changed on the course's page, which decides anew on what is listed."""

    list_display = [
        "id",
        "title",
        "kind",
        "reference",
        "course_link",
        "every",
        "is_paused",
        "next_pull_at",
        "short_error",
        "listed",
        "runs",
    ]
    list_filter = ["kind", "is_paused"]
    list_select_related = ["course"]
    search_fields = ["title", "reference", "external_id", "course__title"]
    ordering = ["-pk"]
    actions = ["pull_now", "pause", "go_on"]

    @admin.display(description=_("course"))
    def course_link(self, subscription: Subscription) -> SafeString:
        url = reverse("course", args=[subscription.course_id])
        return format_html('<a href="{}">{}</a>', url, subscription.course)

    @admin.display(description=_("listed"))
    def listed(self, subscription: Subscription) -> SafeString:
        return base.link_to(Listing, _("videos"), subscription__id__exact=subscription.pk)

    @admin.display(description=_("runs"))
    def runs(self, subscription: Subscription) -> SafeString:
        return base.link_to(IngestionRun, _("pulls"), subscription__id__exact=subscription.pk)

    @admin.action(description=_("Pull now"), permissions=["operate"])
    def pull_now(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for subscription in queryset:
            subscriptions.pull_now(subscription_id=subscription.pk)

    @admin.action(description=_("Pause"), permissions=["operate"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for subscription in queryset:
            subscriptions.pause(subscription_id=subscription.pk)

    @admin.action(description=_("Go on"), permissions=["operate"])
    def go_on(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for subscription in queryset:
            try:
                subscriptions.resume(subscription_id=subscription.pk)
            except subscriptions.SubscriptionError as error:
                self.message_user(request, f"{subscription}: {error}", messages.WARNING)


@admin.register(Listing)
class ListingAdmin(base.RecordAdmin):
    list_display = ["id", "subscription", "video_link", "is_wanted", "reason", "listed_at"]
    list_filter = ["is_wanted"]
    list_select_related = ["subscription", "video"]
    search_fields = ["video__video_id"]
    ordering = ["-pk"]

    @admin.display(description=_("video"))
    def video_link(self, listing: Listing) -> SafeString:
        return base.link_to_video(listing.video)


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
    list_display = ["id", "video_link", "state", "reason", "attempt_count", "next_attempt_at", "short_error"]
    list_filter = ["state", "reason"]
    list_select_related = ["video"]
    search_fields = ["video__video_id"]
    ordering = ["-pk"]

    actions = ["try_again"]

    @admin.display(description=_("video"))
    def video_link(self, fetch: AudioFetch) -> SafeString:
        return base.link_to_video(fetch.video)

    @admin.action(description=_("Try again"), permissions=["operate"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for fetch in queryset:
            try:
                fetching.try_again(fetch_id=fetch.pk)
            except fetching.NotRepeatableError as error:
                self.message_user(request, f"{fetch}: {error}", messages.WARNING)

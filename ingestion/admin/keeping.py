"""What happened in the lake, what contracts no longer fit and what people were told, as an operator sees it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.admin import base
from ingestion.models import Alert, ContractDrift, ObjectEvent, Purge


@admin.register(ObjectEvent)
class ObjectEventAdmin(base.RecordAdmin):
    list_display = ["id", "key", "version", "is_deletion", "received_at", "handled_at", "outcome"]
    search_fields = ["key"]
    ordering = ["-pk"]


@admin.register(Purge)
class PurgeAdmin(base.RecordAdmin):
    list_display = ["id", "video_id", "reason", "row_count", "purged_at"]
    search_fields = ["video_id"]
    ordering = ["-pk"]


@admin.register(ContractDrift)
class ContractDriftAdmin(base.RecordAdmin):
    list_display = ["id", "contract", "path", "is_vanished", "first_seen_at", "last_seen_at", "accepted_at"]
    list_filter = ["contract", "is_vanished"]
    search_fields = ["path"]
    ordering = ["-pk"]
    actions = ["accept"]

    @admin.action(description=_("Accept"), permissions=["operate"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        queryset.filter(accepted_at=None).update(accepted_at=timezone.now())


@admin.register(Alert)
class AlertAdmin(base.RecordAdmin):
    list_display = ["id", "kind", "subject", "text", "raised_at", "sent_at", "resolved_at"]
    list_filter = ["kind"]
    search_fields = ["text", "subject"]
    ordering = ["-pk"]

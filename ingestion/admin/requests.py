"""Folders people asked to be added, as an operator sees them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ingestion import adding
from ingestion.admin import base
from ingestion.models import FolderRequest


@admin.register(FolderRequest)
class FolderRequestAdmin(base.RecordAdmin):
    list_display = [
        "id",
        "folder",
        "course",
        "user",
        "state",
        "attempt_count",
        "short_error",
        "created_at",
        "finished_at",
    ]
    list_filter = ["state", "created_at"]
    list_select_related = ["course", "user"]
    search_fields = ["folder", "user__username", "course__title"]
    ordering = ["-pk"]
    actions = ["try_again"]

    @admin.action(description=_("Try again"), permissions=["operate"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for wish in queryset:
            try:
                adding.try_again(request_id=wish.pk)
            except adding.NotRepeatableError as error:
                self.message_user(request, f"{wish}: {error}", messages.WARNING)

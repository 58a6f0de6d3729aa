"""Transcriptions as an operator sees them: where each stands and why."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from transcripts import services
from transcripts.models import Segment, Transcription


class SegmentInline(admin.TabularInline[Segment, Transcription]):
    model = Segment
    fields = ("position", "start_seconds", "end_seconds", "text", "gate_reason", "repair")
    readonly_fields = ("position", "start_seconds", "end_seconds", "text", "gate_reason", "repair")
    ordering = ["position"]
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Transcription)
class TranscriptionAdmin(admin.ModelAdmin[Transcription]):
    list_display = [
        "video",
        "state",
        "reason",
        "engine",
        "model",
        "language",
        "is_preferred",
        "duration_seconds",
        "heard_until_seconds",
        "wall_seconds",
        "caption_agreement",
        "attempt_count",
        "finished_at",
    ]
    list_filter = ["state", "engine", "model", "language", "is_preferred"]
    search_fields = ["video__video_id", "video__title", "reason"]
    list_select_related = ["video"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    inlines = [SegmentInline]
    actions = ["transcribe_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a transcript leaves with its video, lake object included

    def has_transcribe_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("transcripts.change_transcription"))

    @admin.action(description="Transcribe again", permissions=["transcribe"])
    def transcribe_again(self, request: HttpRequest, queryset: QuerySet[Transcription]) -> None:
        refused: Counter[str] = Counter()
        for row in queryset:
            try:
                services.transcribe_again(transcription_id=row.pk)
            except services.NotRepeatableError as error:
                refused[str(error)] += 1
        for reason, count in refused.items():
            self.message_user(request, f"{count} left as they are: {reason}", messages.WARNING)
        sent_count = len(queryset) - refused.total()
        if sent_count:
            self.message_user(request, f"{sent_count} to be transcribed again.", messages.SUCCESS)

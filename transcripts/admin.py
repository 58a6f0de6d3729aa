"""Transcriptions as an operator sees them: where each stands, why, and what was heard.

Every list goes by an index and counts no long table, so that a million segments are no burden.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ingestion.admin import base
from transcripts import clock, services
from transcripts.models import NOT_SAID, UNFINISHED_STATES, Correction, Segment, State, Transcription


class EngineFilter(base.ChoiceFilter):
    """Engines as the settings name them."""

    title = _("engine")
    parameter_name = "engine"
    values = tuple(settings.TRANSCRIBERS)


class DoubtFilter(admin.SimpleListFilter):
    """Those that failed a gate; there is an index of them, and none of the many others."""

    title = _("trust")
    parameter_name = "doubted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, StrOrPromise]]:
        return [("yes", _("failed a gate"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.exclude(gate_reason="").exclude(gate_reason=NOT_SAID)


@admin.register(Transcription)
class TranscriptionAdmin(base.ReadOnlyAdmin):
    list_display = [
        "video",
        "state",
        "heard",
        "error",
        "next_attempt",
        "engine",
        "language",
        "is_preferred",
        "length",
        "wall_seconds",
        "caption_agreement",
        "attempt_count",
        "finished_at",
    ]
    list_filter = ["state", EngineFilter, "media_kind", "is_preferred"]
    search_fields = ["video__video_id__exact", "video__title"]
    search_help_text = _("The id of a video, or words of its title.")
    list_select_related = ["video"]
    list_per_page = 50
    ordering = ["-pk"]
    readonly_fields = ["heard", "next_attempt", "segments_link"]
    actions = ["transcribe_again"]

    @admin.display(description=_("heard"))
    def heard(self, row: Transcription) -> str:
        if row.percent_heard is None:
            return "–"  # noqa: RUF001
        percent = f"{row.percent_heard} %"
        if row.state != State.RUNNING or not row.seconds_left:
            return percent
        return f"{percent}, " + gettext("about %(left)s left") % {"left": clock.format_length(row.seconds_left)}

    @admin.display(description=_("length"), ordering="duration_seconds")
    def length(self, row: Transcription) -> str:
        return "–" if row.duration_seconds is None else clock.format_length(row.duration_seconds)  # noqa: RUF001

    @admin.display(description=_("what went wrong"))
    def error(self, row: Transcription) -> str:
        return row.reason

    @admin.display(description=_("next attempt"))
    def next_attempt(self, row: Transcription) -> str | datetime:
        if row.state in UNFINISHED_STATES:
            return row.lease_expires_at or gettext("when a worker is free")
        return gettext("none")

    @admin.display(description=_("segments"))
    def segments_link(self, row: Transcription) -> str:
        address = reverse("admin:transcripts_segment_changelist")
        query = urlencode({"transcription__id__exact": row.pk})
        return format_html('<a href="{}?{}">{}</a>', address, query, gettext("What was heard, segment by segment"))

    def has_transcribe_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("transcripts.change_transcription"))

    @admin.action(description=_("Transcribe again"), permissions=["transcribe"])
    def transcribe_again(self, request: HttpRequest, queryset: QuerySet[Transcription]) -> None:
        refused: Counter[str] = Counter()
        for row in queryset:
            try:
                services.transcribe_again(transcription_id=row.pk)
            except services.NotRepeatableError as error:
                refused[str(error)] += 1
        for reason, count in refused.items():
            text = gettext("%(count)d left as they are: %(reason)s") % {"count": count, "reason": reason}
            self.message_user(request, text, messages.WARNING)
        sent_count = len(queryset) - refused.total()
        if sent_count:
            text = gettext("%(count)d to be transcribed again.") % {"count": sent_count}
            self.message_user(request, text, messages.SUCCESS)


@admin.register(Segment)
class SegmentAdmin(base.ReadOnlyAdmin):
    list_display = ["transcription_id", "position", "time", "text", "gate_reason", "repair", "agreement"]
    list_display_links = ["position"]
    list_filter = [DoubtFilter]
    list_per_page = 100
    ordering = ["transcription_id", "position"]

    @admin.display(description=_("time"))
    def time(self, row: Segment) -> str:
        return clock.format_clock(row.start_seconds)

    @admin.display(description=_("agrees with captions"))
    def agreement(self, row: Segment) -> str:
        return "–" if row.caption_agreement is None else f"{row.caption_agreement:.0%}"  # noqa: RUF001

    def get_sortable_by(self, request: HttpRequest) -> tuple[()]:
        return ()  # no other order has an index

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the words where they are: a page of them weighs more than all else on it."""
        is_list = request.resolver_match and str(request.resolver_match.url_name).endswith("_changelist")
        rows = super().get_queryset(request)
        return rows.defer("words", "heard_text", "heard_words") if is_list else rows


@admin.register(Correction)
class CorrectionAdmin(base.ReadOnlyAdmin):
    list_display = [
        "video",
        "time",
        "version",
        "short_heard",
        "short_text",
        "user",
        "word_edit_count",
        "created_at",
    ]
    list_select_related = ["video", "user"]
    search_fields = ["video__video_id__exact", "user__username__exact"]
    search_help_text = _("The id of a video, or the name of whoever corrected it.")
    ordering = ["-pk"]

    @admin.display(description=_("time"))
    def time(self, row: Correction) -> str:
        return clock.format_clock(row.start_seconds)

    @admin.display(description=_("heard"))
    def short_heard(self, row: Correction) -> str:
        return base.shorten(row.heard_text)

    @admin.display(description=_("corrected"))
    def short_text(self, row: Correction) -> str:
        return base.shorten(row.text)

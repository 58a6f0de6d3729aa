"""The facts: tables of millions, found by video or channel."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ingestion.admin import base
from transcripts.models import State
from warehouse.models import (
    FctChannelSnapshot,
    FctCorrection,
    FctTranscription,
    FctTranscriptSegment,
    FctVideoSnapshot,
)


class OutcomeFilter(base.ChoiceFilter):
    title = _("outcome")
    parameter_name = "outcome"
    values = State.choices


class FactAdmin(base.RecordAdmin):
    """A fact, found by its video or channel."""

    list_select_related = ["video"]
    search_fields = ["video__video_id__exact"]
    search_help_text = _("The id of a video")


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


@admin.register(FctCorrection)
class FctCorrectionAdmin(FactAdmin):
    list_display = [
        "video",
        "start_seconds",
        "version",
        "word_edit_count",
        "is_standing",
        "is_shown",
        "corrected_at",
    ]
    list_filter = ["is_standing", "is_shown"]

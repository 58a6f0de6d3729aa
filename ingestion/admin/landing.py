"""Runs and what they landed, as an operator sees them: records, so nothing here is changed by hand."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerError

from ingestion import adding
from ingestion.admin import base
from ingestion.models import IngestionRun, RawObservation, RawRecord, RawRejectedRecord

# As much of a payload as a page shows; the whole of it is in the lake.
LONGEST_PAYLOAD = 100_000


class SourceFilter(base.ChoiceFilter):
    title = _("source")
    parameter_name = "source"
    values = ("yt_dlp", "youtube_api")


class KindFilter(base.ChoiceFilter):
    title = _("kind")
    parameter_name = "kind"
    values = (
        "info",
        "playlist_info",
        "video",
        "channel",
        "playlist",
        "playlist_item",
        "video_category",
        "caption",
    )


class ContractFilter(base.ChoiceFilter):
    title = _("contract")
    parameter_name = "contract"
    values = ("yt_dlp_info", "youtube_api", "database")


@admin.register(IngestionRun)
class IngestionRunAdmin(base.RecordAdmin):
    list_display = [
        "id",
        "source",
        "location",
        "course_title",
        "state",
        "started_at",
        "took",
        "pages",
        "record_count",
        "media_count",
        "rejected",
        "short_error",
    ]
    list_filter = ["state", SourceFilter, "started_at"]
    search_fields = ["location", "course_title", "error"]
    ordering = ["-pk"]
    sortable_by = ["id", "started_at"]
    actions = ["pull_again"]

    @admin.display(description=_("took"))
    def took(self, run: IngestionRun) -> str:
        return str(run.duration).split(".")[0] if run.duration is not None else ""

    @admin.display(description=_("files"))
    def pages(self, run: IngestionRun) -> str:
        return f"{run.page_count} / {run.total_page_count}"

    @admin.display(description=_("rejected"))
    def rejected(self, run: IngestionRun) -> SafeString | int:
        if not run.rejected_count:
            return 0
        url = reverse("admin:ingestion_rawrejectedrecord_changelist")
        return format_html('<a href="{}?run__id__exact={}">{}</a>', url, run.pk, run.rejected_count)

    @admin.action(description=_("Pull again"), permissions=["operate"])
    def pull_again(self, request: HttpRequest, queryset: QuerySet[IngestionRun]) -> None:
        sent_count = 0
        try:
            for run in queryset:
                adding.pull_again(run=run)
                sent_count += 1
        except BrokerError:
            self.message_user(request, _t("No broker answers: nothing more was sent."), messages.ERROR)
        if sent_count:
            told = _t("%(count)s to be pulled again; each shows here once a worker has it.")
            self.message_user(request, told % {"count": sent_count}, messages.SUCCESS)


@admin.register(RawRecord)
class RawRecordAdmin(base.RecordAdmin):
    list_display = ["id", "source", "kind", "external_id", "video_id", "fetched_at"]
    list_filter = [SourceFilter, KindFilter]
    search_fields = ["video_id__exact"]
    search_help_text = _("The id of a video")
    ordering = ["-pk"]
    unlisted = ("payload",)
    fields = ["source", "kind", "external_id", "video_id", "fetched_at", "etag", "payload_sha256", "shown_payload"]
    readonly_fields = ["shown_payload"]

    @admin.display(description=_("payload"))
    def shown_payload(self, record: RawRecord) -> SafeString:
        return _show(json.dumps(record.payload, indent=2, ensure_ascii=False))


@admin.register(RawObservation)
class RawObservationAdmin(base.RecordAdmin):
    list_display = ["id", "kind", "video_id", "observed_at", "run", "lake_key"]
    list_select_related = ["record", "run"]
    search_fields = ["record__video_id__exact"]
    search_help_text = _("The id of a video")
    ordering = ["-pk"]
    unlisted = ("record__payload",)

    @admin.display(description=_("kind"))
    def kind(self, observation: RawObservation) -> str:
        return observation.record.kind

    @admin.display(description=_("video"))
    def video_id(self, observation: RawObservation) -> str:
        return observation.record.video_id


@admin.register(RawRejectedRecord)
class RawRejectedRecordAdmin(base.RecordAdmin):
    list_display = ["id", "contract", "short_reason", "video_id", "location", "run", "rejected_at"]
    list_filter = [ContractFilter]
    list_select_related = ["run"]
    search_fields = ["video_id__exact", "reason"]
    search_help_text = _("The id of a video, or words of the reason")
    ordering = ["-pk"]
    unlisted = ("payload",)
    fields = ["source", "contract", "reason", "video_id", "location", "run", "rejected_at", "shown_payload"]
    readonly_fields = ["shown_payload"]

    @admin.display(description=_("reason"))
    def short_reason(self, rejected: RawRejectedRecord) -> str:
        return base.shorten(rejected.reason)

    @admin.display(description=_("payload"))
    def shown_payload(self, rejected: RawRejectedRecord) -> SafeString:
        return _show(rejected.payload)


def _show(payload: Any) -> SafeString:
    return format_html("<pre>{}</pre>", payload[:LONGEST_PAYLOAD])

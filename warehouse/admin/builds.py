"""Builds of the warehouse, and a button for the next."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerError

from ingestion.admin import base
from warehouse import tasks
from warehouse.models import WarehouseBuild


@admin.register(WarehouseBuild)
class WarehouseBuildAdmin(base.ReadOnlyAdmin):
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

"""Builds, to be read only."""

from django.contrib import admin
from django.http import HttpRequest

from warehouse.models import WarehouseBuild


@admin.register(WarehouseBuild)
class WarehouseBuildAdmin(admin.ModelAdmin[WarehouseBuild]):
    list_display = [
        "id",
        "started_at",
        "finished_at",
        "inserted_count",
        "updated_count",
        "deleted_count",
        "row_count",
    ]
    list_filter = ["started_at"]
    ordering = ["-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WarehouseBuild | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WarehouseBuild | None = None) -> bool:
        return False

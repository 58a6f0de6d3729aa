"""What every list of the admin shares, in all apps: safe on a million rows, actions for operators."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ingestion import paging
from ingestion.models import OPERATE, Video

LONGEST_CELL = 80


class ListAdmin(admin.ModelAdmin[Any]):
    """A list that is never counted whole, and columns never read for it."""

    paginator = paging.EstimatingPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    unlisted: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).defer(*self.unlisted)

    @admin.display(description=_("error"))
    def short_error(self, row: Any) -> str:
        """Return the beginning of `error`, for models that have one."""
        return shorten(row.error)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(OPERATE))


class ReadOnlyAdmin(ListAdmin):
    """Rows that the pipeline writes: looked at, never changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RecordAdmin(ReadOnlyAdmin):
    """A table of millions: sorted by its key alone."""

    sortable_by: ClassVar[Any] = ()


class RecordInline(admin.TabularInline[Any, Any]):
    """Rows of a record below what they belong to."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChoiceFilter(admin.SimpleListFilter):
    """Filter by values known beforehand: to look for them would read the whole table."""

    values: ClassVar[Iterable[Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Return values with their labels; a value without one stands for itself."""
        return [value if isinstance(value, tuple) else (value, value) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


def shorten(text: str) -> str:
    """Return as much of a text as a cell takes."""
    return Truncator(text).chars(LONGEST_CELL)


def link_to(model: type[models.Model], text: object, **narrowed: str | int) -> SafeString:
    """Return a link to the admin's list of a model, narrowed."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a href="{}?{}">{}</a>', url, urlencode(narrowed), text)


def link_to_video(video: Video) -> SafeString:
    """Return a link to the admin's page of a video."""
    url = reverse("admin:ingestion_video_change", args=[video.pk])
    return format_html('<a href="{}">{}</a>', url, shorten(str(video)))

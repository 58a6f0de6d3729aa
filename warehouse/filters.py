"""Filters and order over a mart, made of the types of its columns."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as api_filters
from django_filters.fields import IsoDateTimeField

from warehouse import catalogue


class TruthField(forms.Field):
    """`true` or `false`; what is neither is an error and not, as with forms, a filter left out."""

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in {"true", "false"}:
            raise ValidationError(_("Say true or false."), code="invalid")
        return bool(value == "true")


class MomentField(IsoDateTimeField):
    """A time in UTC: PostgreSQL takes fewer offsets than ISO 8601 knows."""

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(_("Say a time between the years 1 and 9999."), code="invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class TruthFilter(django_filters.BooleanFilter):
    field_class = TruthField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.TextInput, **kwargs)


class WholeNumberFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField


class OrderFilter(django_filters.ChoiceFilter):
    """Sort by a column, empty values last either way and ties by the key, so that pages never overlap."""

    def __init__(self, *, columns: list[str], key: list[str]) -> None:
        self.key = key
        super().__init__(
            choices=[(sign + name, sign + name) for name in columns for sign in ("", "-")],
            label="A column to sort by; with a minus before it, from the highest down.",
        )

    def filter(self, rows: models.QuerySet[Any], value: str | None) -> models.QuerySet[Any]:
        if not value:
            return rows.order_by(*self.key)
        column = F(value.removeprefix("-"))
        is_descending = value.startswith("-")
        first = column.desc(nulls_last=True) if is_descending else column.asc(nulls_last=True)
        return rows.order_by(first, *self.key)


# Which filter a column has, by its type, and by which comparisons.
FILTERS: dict[str, tuple[type[django_filters.Filter], tuple[str, ...]]] = {
    "uuid": (django_filters.UUIDFilter, ("exact",)),
    "text": (django_filters.CharFilter, ("exact", "icontains")),
    "boolean": (TruthFilter, ("exact",)),
    "integer": (WholeNumberFilter, ("exact", "gte", "lte")),
    "number": (django_filters.NumberFilter, ("gte", "lte")),
    "date": (django_filters.DateFilter, ("exact", "gte", "lte")),
    "time": (MomentFilter, ("gte", "lte")),
}
LABELS = {
    "exact": "Exactly this.",
    "icontains": "Holds this text, in capitals or not.",
    "gte": "This or more.",
    "lte": "This or less.",
    "isnull": "Whether it is unknown.",
}


def build_filters(mart: catalogue.Mart) -> type[api_filters.FilterSet]:
    """Return the filters of a mart: `view_count__gte`, `title__icontains`, `order` and so on."""
    declared = dict(_declare(mart))
    declared["order"] = OrderFilter(columns=[column.name for column in mart.columns], key=mart.key)
    return type(f"{mart.model.__name__}Filters", (api_filters.FilterSet,), declared)


def _declare(mart: catalogue.Mart) -> Iterator[tuple[str, django_filters.Filter]]:
    for column in mart.columns:
        filter_class, lookups = FILTERS[column.type]
        for lookup in lookups:
            name = column.name if lookup == "exact" else f"{column.name}__{lookup}"
            yield name, filter_class(field_name=column.name, lookup_expr=lookup, label=LABELS[lookup])
        if column.is_nullable:
            yield (
                f"{column.name}__isnull",
                TruthFilter(field_name=column.name, lookup_expr="isnull", label=LABELS["isnull"]),
            )

"""What the API tells of the warehouse."""

import math
from typing import Any

from django.db import models
from rest_framework import serializers

from warehouse import catalogue
from warehouse.models import WarehouseBuild


class FiniteField(serializers.FloatField):
    """A number, or null for what JSON has no number for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"allow_null": True})

    def to_representation(self, value: float) -> float | None:  # type: ignore[override]
        return value if math.isfinite(value) else None


class MartRowSerializer(serializers.ModelSerializer[models.Model]):
    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.FloatField: FiniteField
    }


class ColumnSerializer(serializers.Serializer[catalogue.Column]):
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=sorted(set(catalogue.TYPES.values())))
    is_nullable = serializers.BooleanField()
    help = serializers.CharField()


class MartSerializer(serializers.Serializer[catalogue.Mart]):
    name = serializers.CharField(help_text="As its address holds it.")
    relation = serializers.CharField(help_text="As SQL names it.")
    grain = serializers.CharField(help_text="What one row is.")
    description = serializers.CharField()
    key = serializers.ListField(child=serializers.CharField(), help_text="The columns that tell rows apart.")
    columns = ColumnSerializer(many=True)


class BuildSerializer(serializers.ModelSerializer[WarehouseBuild]):
    duration_seconds = serializers.FloatField(read_only=True)

    class Meta:
        model = WarehouseBuild
        fields = [
            "id",
            "inserted_count",
            "updated_count",
            "deleted_count",
            "row_count",
            "duration_seconds",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields


def build_row_serializer(mart: catalogue.Mart) -> type[MartRowSerializer]:
    """Return the serializer of a mart's rows, with every column of it."""
    names = [column.name for column in mart.columns]
    meta = type("Meta", (), {"model": mart.model, "fields": names, "read_only_fields": names})
    return type(f"{mart.model.__name__}RowSerializer", (MartRowSerializer,), {"Meta": meta})

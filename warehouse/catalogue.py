"""What outsiders can read: each mart's name, grain and columns, as its model and its SQL tell them."""

import functools
from dataclasses import dataclass
from typing import Any

from django.db import models

from warehouse import loads, marts

TYPES: dict[type[models.Field[Any, Any]], str] = {
    models.UUIDField: "uuid",
    models.TextField: "text",
    models.BooleanField: "boolean",
    models.IntegerField: "integer",
    models.BigIntegerField: "integer",
    models.FloatField: "number",
    models.DateField: "date",
    models.DateTimeField: "time",
}


@dataclass(frozen=True)
class Column:
    """One column of a mart."""

    name: str
    type: str
    is_nullable: bool
    help: str


@dataclass(frozen=True)
class Mart:
    """One mart, read through its model."""

    model: type[models.Model]

    @property
    def name(self) -> str:
        """Return the name that addresses hold: video-daily of mart_video_daily."""
        return self.relation.removeprefix("mart_").replace("_", "-")

    @property
    def relation(self) -> str:
        return self.model._meta.db_table

    @property
    def description(self) -> str:
        return str(self.model.__doc__)

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        return list(self.model._meta.concrete_fields)

    @property
    def columns(self) -> list[Column]:
        return [
            Column(name=field.name, type=TYPES[type(field)], is_nullable=field.null, help=str(field.help_text))
            for field in self.fields
        ]

    @property
    def key(self) -> list[str]:
        """Return the names of the columns that tell its rows apart."""
        return [field.name for field in self.model._meta.pk_fields]

    @functools.cached_property
    def grain(self) -> str:
        """Return what one row is, as the newest version of its SQL says."""
        newest = max(loads.SQL_DIR.glob(f"{self.relation}_v*.sql"))
        first_line = newest.read_text(encoding="utf-8").partition("\n")[0]
        return first_line.removeprefix("-- ").partition(":")[0].rstrip(".")


MARTS = tuple(Mart(model) for model in marts.MARTS)

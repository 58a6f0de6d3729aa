"""Pages of long lists: in the API, and in the admin over tables too long to be counted."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connection, models
from rest_framework.pagination import PageNumberPagination

# Up to here a table is counted; past it PostgreSQL's own estimate is as good to a reader.
MOST_COUNTED = 20_000


class Pages(PageNumberPagination):
    """Pages by number, 50 rows each unless the client asks for another size."""

    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page as OpenAPI 3.1 has it, where null is a type and no keyword."""
        page = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            page["properties"][name] |= {"type": ["string", "null"]}
            del page["properties"][name]["nullable"]
        return page


class EstimatingPaginator(Paginator[Any]):
    """Count a whole table by PostgreSQL's estimate where it is long; what is filtered is counted."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, models.QuerySet) and not rows.query.where:
            return count_rows(rows.model)
        return super().count


def count_rows(model: type[models.Model]) -> int:
    """Return how many rows a table holds; of a long one, about how many."""
    estimate = estimate_count(model)
    return estimate if estimate > MOST_COUNTED else model._default_manager.count()


def estimate_count(model: type[models.Model]) -> int:
    """Return about how many rows a table holds, as its last ANALYZE saw it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return max(0, int(cursor.fetchone()[0]))  # -1 before the first ANALYZE

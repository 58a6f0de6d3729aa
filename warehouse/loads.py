"""What each table is loaded from, and how: `sql/load/<table>.sql` holds one SELECT of the table's columns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, models
from psycopg import sql

from warehouse.models import (
    BridgePlaylistVideo,
    BridgeVideoTag,
    BridgeVideoTopic,
    DimASRModel,
    DimCategory,
    DimChannel,
    DimCountry,
    DimDate,
    DimLanguage,
    DimPlaylist,
    DimTag,
    DimTopic,
    DimVideo,
    FctChannelSnapshot,
    FctCorrection,
    FctTranscription,
    FctTranscriptSegment,
    FctVideoSnapshot,
)

SQL_DIR = Path(__file__).parent / "sql"

# A table stands behind those its keys point to.
TABLES: tuple[type[models.Model], ...] = (
    DimCountry,
    DimLanguage,
    DimCategory,
    DimChannel,
    DimVideo,
    DimPlaylist,
    BridgePlaylistVideo,
    DimTag,
    BridgeVideoTag,
    DimTopic,
    BridgeVideoTopic,
    DimDate,
    DimASRModel,
    FctVideoSnapshot,
    FctChannelSnapshot,
    FctTranscription,
    FctTranscriptSegment,
    FctCorrection,
)

# Read by many loads, computed once: see `frozen`.
FROZEN_VIEWS = ("int_video", "int_channel")

FREEZE = "create temporary table {view} on commit drop as select * from {view}"
MERGE = """
with
source as materialized (
{select}
),

deleted as (
    delete from {table} as target
    where not exists (select 1 from source where {same_key})
    returning 1
),

merged as (
    insert into {table} as target ({columns})
    select {columns} from source
    on conflict ({key}) {change}
    -- A row that this statement inserts has never been locked.
    returning xmax = 0 as is_new
)

select
    (select count(*) from merged where is_new) as inserted_count,
    (select count(*) from merged where not is_new) as updated_count,
    (select count(*) from deleted) as deleted_count
"""
UPDATE_CHANGED = """do update set ({rest}) = row({excluded})
    where ({target}) is distinct from ({excluded})"""


@dataclass(frozen=True)
class TableLoad:
    """What one load changed in one table."""

    table: str
    inserted_count: int
    updated_count: int
    deleted_count: int

    @property
    def changed_count(self) -> int:
        return self.inserted_count + self.updated_count + self.deleted_count


@contextmanager
def frozen() -> Iterator[None]:
    """Compute the views that many loads read once: a temporary table of the same name hides each meanwhile."""
    views = [sql.Identifier(name) for name in FROZEN_VIEWS]
    with connection.cursor() as cursor:
        for view in views:
            cursor.execute(sql.SQL(FREEZE).format(view=view))
            cursor.execute(sql.SQL("analyze {}").format(view))
    yield
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("drop table {}").format(sql.SQL(", ").join(views)))


def load_table(model: type[models.Model]) -> TableLoad:
    """Make a table equal to its SELECT, touching only the rows that differ."""
    with connection.cursor() as cursor:
        cursor.execute(_compose_merge(model))
        inserted_count, updated_count, deleted_count = cursor.fetchone()
    return TableLoad(model._meta.db_table, inserted_count, updated_count, deleted_count)


def prefer_hash_joins() -> None:
    """Keep the planner off nested loops until the transaction ends.

    Staging views read JSON, of which it has no statistics; expecting one row where there are thousands, it would
    compare each with each. What reads everything is never better served by a loop.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off")


def _compose_merge(model: type[models.Model]) -> sql.Composed:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    key = [str(field.column) for field in model._meta.pk_fields]
    rest = [column for column in columns if column not in key]
    change: sql.Composable = sql.SQL("do nothing")
    if rest:
        change = sql.SQL(UPDATE_CHANGED).format(
            rest=_join(rest), target=_join(rest, of="target"), excluded=_join(rest, of="excluded")
        )
    table = model._meta.db_table
    return sql.SQL(MERGE).format(
        select=sql.SQL((SQL_DIR / "load" / f"{table}.sql").read_text(encoding="utf-8")),
        table=sql.Identifier(table),
        same_key=sql.SQL("({}) = ({})").format(_join(key, of="source"), _join(key, of="target")),
        columns=_join(columns),
        key=_join(key),
        change=change,
    )


def _join(columns: Sequence[str], *, of: str = "") -> sql.Composed:
    qualifier = (of,) if of else ()
    return sql.SQL(", ").join(sql.Identifier(*qualifier, column) for column in columns)

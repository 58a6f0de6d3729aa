"""Build the warehouse from what has landed and been heard, and take out of it what was removed."""

import functools
import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.utils import timezone
from psycopg import sql

from ingestion.models import Video
from ingestion.progress import Progress
from warehouse import loads, marts
from warehouse.models import DimTag, DimTopic, DimVideo, WarehouseBuild

logger = logging.getLogger(__name__)

STAGING_VIEWS = (
    "stg_video",
    "stg_channel",
    "stg_playlist",
    "stg_playlist_item",
    "stg_video_category",
    "stg_comment_thread",
    "stg_caption",
    "stg_search_result",
    "stg_video_stats",
    "stg_absence",
    "stg_yt_dlp_info",
    "stg_playlist_info",
)
Tables = Sequence[type[models.Model]]


@dataclass(frozen=True)
class RelationRows:
    """How many rows a relation holds; the layer is staging, snowflake or marts."""

    layer: str
    name: str
    row_count: int


@transaction.atomic
def build_warehouse(*, track: Callable[[Tables], Iterable[type[models.Model]]] = iter) -> list[loads.TableLoad]:
    """Make every table equal to its sources and return what changed, table by table.

    `track` may wrap the tables to show progress. Another build waits for this one to end.
    """
    _lock()
    started_at = timezone.now()
    # Taken first: whatever lands from here on counts as not yet built.
    fingerprint = _read_input_fingerprint()
    loads.prefer_hash_joins()
    with loads.frozen():
        table_loads = [loads.load_table(model) for model in track(loads.TABLES)]
    newest = WarehouseBuild.objects.newest_first().first()
    is_known = newest is not None and newest.input_fingerprint == fingerprint
    if not is_known or any(load.changed_count for load in table_loads):
        build = WarehouseBuild.objects.create(
            input_fingerprint=fingerprint,
            inserted_count=sum(load.inserted_count for load in table_loads),
            updated_count=sum(load.updated_count for load in table_loads),
            deleted_count=sum(load.deleted_count for load in table_loads),
            row_count=sum(_count(model._meta.db_table) for model in loads.TABLES),
            started_at=started_at,
            finished_at=timezone.now(),
        )
        logger.info("warehouse build %s is done", build.pk)
    return table_loads


def build_progress() -> Progress:
    """Tell whether anything has come, gone or changed since the newest build."""
    newest = WarehouseBuild.objects.newest_first().first()
    if newest is None:
        return Progress(done_count=0, total_count=1, row_count=0)
    is_built = newest.input_fingerprint == _read_input_fingerprint()
    return Progress(done_count=int(is_built), total_count=1, row_count=newest.row_count)


@transaction.atomic
def withdraw_removed() -> int:
    """Delete all that is held of withdrawn videos and return how many they were.

    One that comes back is built anew.
    """
    _lock()
    withdrawn = DimVideo.objects.filter(video_id__in=Video.objects.withdrawn().values("video_id"))
    withdrawn_count = withdrawn.count()
    if withdrawn_count:
        withdrawn.delete()
        DimTag.objects.filter(bridgevideotag__isnull=True).delete()
        DimTopic.objects.filter(bridgevideotopic__isnull=True).delete()
        logger.info("%s withdrawn videos left the warehouse", withdrawn_count)
    return withdrawn_count


def count_rows() -> list[RelationRows]:
    """Count the rows of every relation, layer by layer."""
    layers: dict[str, Sequence[str]] = {
        "staging": STAGING_VIEWS,
        "snowflake": [model._meta.db_table for model in loads.TABLES],
        "marts": [model._meta.db_table for model in marts.MARTS],
    }
    return [
        RelationRows(layer=layer, name=name, row_count=_count(name))
        for layer, names in layers.items()
        for name in names
    ]


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('warehouse'))")


def _count(relation: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(relation)))
        return int(cursor.fetchone()[0])


def _read_input_fingerprint() -> str:
    with connection.cursor() as cursor:
        cursor.execute((loads.SQL_DIR / "input_fingerprint.sql").read_text(encoding="utf-8"))
        data_digest = cursor.fetchone()[0]
    return hashlib.sha256(f"{data_digest} {_digest_sql()}".encode()).hexdigest()


@functools.cache
def _digest_sql() -> str:
    """Digest the SQL itself, so that a changed rule is built as new data is."""
    digest = hashlib.sha256()
    for path in sorted(loads.SQL_DIR.rglob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()

"""Operations for migrations over versioned SQL files: `<app>/sql/<name>_v01.sql` holds one SELECT.

    operations = [create_view("stg_video"), update_view("mart_video_daily", version=2)]

A file is never edited once released. Views that stand on a changed one are dropped and created again by name in
the same migration: nothing here cascades.
"""

from pathlib import Path

from django.apps import apps
from django.db.migrations.operations import RunSQL


def create_view(name: str, *, version: int = 1, app: str = "warehouse") -> RunSQL:
    """Create a view from its file; backwards drops it."""
    return RunSQL([_create(name, version=version, app=app)], [f"drop view {name}"])


def update_view(name: str, *, version: int, app: str = "warehouse") -> RunSQL:
    """Replace a view by the given version, and backwards by the one before."""
    drop = f"drop view {name}"
    return RunSQL(
        [drop, _create(name, version=version, app=app)], [drop, _create(name, version=version - 1, app=app)]
    )


def drop_view(name: str, *, version: int, app: str = "warehouse") -> RunSQL:
    """Drop a view that stands at the given version; backwards creates it again."""
    return RunSQL([f"drop view {name}"], [_create(name, version=version, app=app)])


def create_function(name: str, *, version: int = 1, app: str = "warehouse") -> RunSQL:
    """Create a function from `sql/functions`; backwards drops it. Its name must not be overloaded."""
    return RunSQL([_read(app=app, path=f"functions/{name}_v{version:02}.sql")], [f"drop function {name}"])


def _create(name: str, *, version: int, app: str) -> str:
    return f"create view {name} as\n{_read(app=app, path=f'{name}_v{version:02}.sql')}"


def _read(*, app: str, path: str) -> str:
    return (Path(apps.get_app_config(app).path) / "sql" / path).read_text(encoding="utf-8")

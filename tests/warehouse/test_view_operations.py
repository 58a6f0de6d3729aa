"""Views by migration, forwards and backwards."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState

from warehouse import view_operations

OWNED = r"""
select relname from pg_class
where relkind in ('r', 'v')
and relname ~ '^(stg|int|dim|fct|bridge)_|^warehouse_|^mart_(video|view|channel|speech|transcript)_'
"""


def read_names(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_the_warehouse_migrates_to_nothing_and_back():
    before = read_names(OWNED)
    assert len(before) == 42
    try:
        call_command("migrate", "warehouse", "zero", verbosity=0)
        assert read_names(OWNED) == set()
        assert "read_count" not in read_names("select proname from pg_proc")
    finally:
        call_command("migrate", verbosity=0)
    assert read_names(OWNED) == before


@pytest.fixture
def versions(tmp_path, monkeypatch):
    """An app folder with two versions of one view."""
    (tmp_path / "sql").mkdir()
    for version in (1, 2):
        path = tmp_path / "sql" / f"stg_probe_v{version:02}.sql"
        path.write_text(f"-- One row.\nselect cast({version} as integer) as version, '50%' as share\n")
    monkeypatch.setattr(apps.get_app_config("warehouse"), "path", str(tmp_path))


def read_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select version from stg_probe where share = '50%'")
        return cursor.fetchone()[0]


def run(operation, *, backwards: bool = False) -> None:
    state = ProjectState()
    move = operation.database_backwards if backwards else operation.database_forwards
    with connection.schema_editor() as editor:
        move("warehouse", editor, state, state)


@pytest.mark.django_db
@pytest.mark.usefixtures("versions")
def test_each_operation_reverses():
    create = view_operations.create_view("stg_probe")
    update = view_operations.update_view("stg_probe", version=2)
    drop = view_operations.drop_view("stg_probe", version=2)
    run(create)
    assert read_version() == 1
    run(update)
    assert read_version() == 2
    run(drop)
    assert "stg_probe" not in read_names("select relname from pg_class")
    run(drop, backwards=True)
    assert read_version() == 2
    run(update, backwards=True)
    assert read_version() == 1
    run(create, backwards=True)
    assert "stg_probe" not in read_names("select relname from pg_class")


def test_no_sql_file_cascades():
    from warehouse import loads

    for path in loads.SQL_DIR.rglob("*.sql"):
        assert "cascade" not in path.read_text(encoding="utf-8").lower(), path


def test_every_view_and_load_says_its_grain_in_the_first_line():
    from warehouse import loads

    for path in [*loads.SQL_DIR.glob("*_v??.sql"), *loads.SQL_DIR.glob("load/*.sql")]:
        assert path.read_text(encoding="utf-8").startswith("-- One row per "), path

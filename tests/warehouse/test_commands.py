"""The build command as a person and as a machine read it."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from tests.warehouse import factories
from warehouse import services, tasks, text_table
from warehouse.models import WarehouseBuild

pytestmark = pytest.mark.django_db


def test_it_prints_rows_and_changes_of_every_relation():
    factories.land_video("a", statistics={"viewCount": "1"})
    output = io.StringIO()
    call_command("build_warehouse", stdout=output)
    lines = output.getvalue().splitlines()
    assert lines[0].split() == ["layer", "relation", "rows", "inserted", "updated", "deleted"]
    assert ["snowflake", "dim_video", "1", "1", "0", "0"] in [line.split() for line in lines]
    assert ["marts", "mart_video_current", "1"] in [line.split() for line in lines]


def test_json_is_all_that_stands_on_standard_output():
    output = io.StringIO()
    call_command("build_warehouse", json=True, stdout=output)
    told = json.loads(output.getvalue())
    assert {"layer": "staging", "name": "stg_video", "row_count": 0} in told["relations"]
    assert told["tables"][0] == {
        "table": "dim_country",
        "inserted_count": 0,
        "updated_count": 0,
        "deleted_count": 0,
    }


def test_a_database_error_is_one_sentence(monkeypatch):
    def fail(**_):
        raise DatabaseError("relation is missing\nLINE 1: …")

    monkeypatch.setattr(services, "build_warehouse", fail)
    with pytest.raises(CommandError, match="nothing of it was changed: relation is missing"):
        call_command("build_warehouse", stdout=io.StringIO())


# celery 5.7 warns of queues declared on tasks, where this project wants them.
def test_the_task_builds_only_what_has_come():
    factories.land_video("a")
    tasks.build_warehouse()
    tasks.build_warehouse()
    tasks.withdraw_removed()
    assert WarehouseBuild.objects.count() == 1


def test_a_table_shows_missing_values_and_aligns_numbers():
    table = text_table.format_table(columns=("name", "rows"), rows=[("a", 1234), (None, 5)])
    assert table.splitlines() == ["name  rows", "----  -----", "a     1,234", "NULL      5"]

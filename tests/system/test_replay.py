"""A second database, filled from the lake of the first: whoever brings it back may be killed."""

import shutil
import time

import psycopg

from tests.system.stack import Stack, difference

REBUILT = ("payloads", "sightings", "media", "transcriptions", "segments", "snapshots", "pace", "spoken facts")


def has_begun(stack):
    try:
        return stack.query("SELECT count(*) FROM raw_observation") != [(0,)]
    except psycopg.Error:
        return False


def test_another_database_is_filled_from_the_lake_alone(finished, tmp_path):
    stack, rows, _lake = finished
    shutil.copytree(stack.var_dir / "lake", tmp_path / "var" / "lake")
    other = Stack(tmp_path / "var")
    try:
        killed = other.start("ingest", "--replay")
        while killed.poll() is None and not has_begun(other):
            time.sleep(0.01)
        killed.kill()
        killed.communicate()
        other.manage("ingest", "--replay")
        other.manage("build_warehouse")
        other.manage("check_warehouse")
        again = other.rows()
        assert difference({name: rows[name] for name in REBUILT}, {name: again[name] for name in REBUILT}) == {}
        other.manage("ingest", "--replay")
        assert difference(again, other.rows()) == {}
    finally:
        other.close()

"""What every test stands on: real embedded services, a lake of its own, the real data where it lies."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

os.environ.setdefault("HF_HUB_OFFLINE", "1")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


# Each starts processes of its own: one at a time is enough for two cores.
WHOLE_STACKS = ("tests/browser/", "tests/system/")


def pytest_configure(config: pytest.Config) -> None:
    from config import embedded

    if getattr(config.option, "dist", "no") == "no":  # else the workers run the tests
        embedded.join(settings.EMBEDDED_ADDRESSES, services=settings.EMBEDDED_SERVICES)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the whole stacks, which take one worker half of its time, folder by folder."""
    items.sort(key=lambda item: [not item.nodeid.startswith(folder) for folder in WHOLE_STACKS])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker one file after another, and all whole stacks to one worker."""
    from xdist.scheduler import LoadScopeScheduling

    class Files(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return "whole stacks" if nodeid.startswith(WHOLE_STACKS) else nodeid.partition("::")[0]

    return Files(config, log)


# What migrations make stays; a foreign key asks nothing while all that refers to it goes as well.
EMPTY_TABLES = """
do $$
declare
    name text;
begin
    set local session_replication_role = replica;
    for name in
        select tablename from pg_tables
        where schemaname = 'public'
        and tablename not in ('django_migrations', 'django_content_type', 'auth_permission')
    loop
        execute format('delete from %I', name);
    end loop;
end $$
"""


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """Delete what a test without a transaction has left.

    Django would give every table and index a new file and make all permissions anew, which takes longer than most
    tests do.
    """

    def empty(_case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY_TABLES)

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", empty):
        yield


@pytest.fixture
def shared_data() -> Path:
    """The folder of recorded real data beside the project."""
    if not SHARED_DATA.exists():
        pytest.skip("the folder shared/data is not beside this checkout")
    return SHARED_DATA


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """What a request of another test has left: a language is activated for the thread, and stays."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def lake_dir(tmp_path: Path, settings) -> Path:
    """A lake of the test's own."""
    folder = tmp_path / "lake"
    settings.STORAGES = settings.STORAGES | {
        "lake": {"BACKEND": "ingestion.lake.FolderStorage", "OPTIONS": {"location": folder}}
    }
    return folder


@pytest.fixture(scope="session")
def aws() -> Iterator[Any]:
    """Amazon's object store and queues, emulated over HTTP."""
    from tests.emulators import aws as emulator

    with emulator.serve() as served:
        yield served


@pytest.fixture
def bucket(aws, settings) -> str:
    """A bucket of the test's own, as the lake."""
    name = aws.make_bucket()
    settings.STORAGES = settings.STORAGES | {"lake": aws.make_lake(name)}
    return name


@pytest.fixture(params=["folder", "bucket"])
def each_lake(request) -> str:
    """Run a test against a folder and against a bucket."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return str(request.param)

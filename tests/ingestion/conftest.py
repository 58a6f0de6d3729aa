import pytest
from django.core.cache import cache

from ingestion import adding


@pytest.fixture
def inbox(tmp_path, settings):
    """The one folder that lectures may be added from."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    settings.INGEST_ROOTS = [folder]
    return folder


@pytest.fixture
def sent(monkeypatch):
    """Requests that a worker was told of, instead of telling one."""
    requests = []
    monkeypatch.setattr(adding, "_send", requests.append)
    return requests


@pytest.fixture(autouse=True)
def empty_cache():
    cache.delete_pattern("*")

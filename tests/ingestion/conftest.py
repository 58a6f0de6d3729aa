import pytest
from django.core.cache import cache

from ingestion import adding
from tests.emulators import youtube, youtube_world


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


@pytest.fixture
def emulator(settings):
    """What an emulated YouTube knows and has seen; it is empty, and the settings lead to it."""
    with youtube.serve(youtube_world.World()) as server:
        settings.YOUTUBE_API_KEY = youtube.KEY
        settings.YOUTUBE_API_ENDPOINT = server.endpoint
        yield server.state

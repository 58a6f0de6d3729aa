import threading

import pytest
from django.core.cache import cache

from ingestion import adding, contracts
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
    """What an emulated YouTube knows and has seen; it is empty, and the settings lead to it.

    Who has asked it leaves no thread behind.
    """
    with youtube.serve(youtube_world.World()) as server:
        settings.YOUTUBE_API_KEY = youtube.KEY
        settings.YOUTUBE_API_ENDPOINT = server.endpoint
        yield server.state
    assert not [each for each in threading.enumerate() if each.name.startswith("youtube")]


@pytest.fixture
def change_contracts(tmp_path, monkeypatch):
    """Copy the contracts and change text in one of them; what the process has loaded is forgotten."""
    folder = tmp_path / "contracts"
    for path in contracts.list_paths():
        copy = folder / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    monkeypatch.setattr(contracts, "FOLDER", folder)
    contracts.forget()

    def change(name, old, new):
        source, _, kind = name.partition(".")
        path = folder / source / f"{kind}.odcs.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        contracts.forget()

    yield change
    contracts.forget()

import pytest

from ingestion import contracts


@pytest.fixture
def change_contracts(tmp_path, monkeypatch):
    """Copy the contracts and change text in one of them; what the process has loaded is forgotten."""
    folder = tmp_path / "contracts"
    for path in contracts.list_paths():
        copy = folder / path.parent.name / path.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    monkeypatch.setattr(contracts, "FOLDER", folder)
    contracts.load_all.cache_clear()

    def change(name, old, new):
        source, _, kind = name.partition(".")
        path = folder / source / f"{kind}.odcs.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        contracts.load_all.cache_clear()

    yield change
    contracts.load_all.cache_clear()

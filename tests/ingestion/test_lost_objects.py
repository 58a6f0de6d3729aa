import shutil

import pytest
from django.core.management import CommandError, call_command

from ingestion import lost_objects, services
from ingestion.lake import lake
from ingestion.models import IngestionRun
from tests.ingestion import folders

pytestmark = pytest.mark.django_db


@pytest.fixture
def landed(tmp_path):
    """Four videos, an object each."""
    for number in range(4):
        folders.write_info(tmp_path / "a", folders.info(f"lecture{number:04}"))
    services.ingest_folder(folder=tmp_path / "a")
    return tmp_path / "a"


@pytest.mark.parametrize("command", [["ingest"], ["transcribe", "--pending"], ["pipeline"]])
def test_at_another_lake_nothing_is_begun(command, landed, lake_dir, settings):
    shutil.rmtree(lake_dir)
    run_count = IngestionRun.objects.count()
    with pytest.raises(CommandError) as refusal:
        call_command(*command, *([str(landed)] if command == ["ingest"] else []))
    assert str(refusal.value) == (
        f"The lake at {settings.LAKE_URL} lacks the newest objects that the database knows: "
        "see where LAKE_URL leads."
    )
    assert IngestionRun.objects.count() == run_count
    assert not lake_dir.exists()


def test_a_lake_that_has_lost_some_or_does_not_answer_is_no_other(landed, lake_dir, monkeypatch):
    newest, *_others = sorted(lake_dir.rglob("*.gz"), reverse=True)
    newest.unlink()
    assert lost_objects.count() == 1
    lost_objects.refuse_other_lake()

    def refuse(self, key):
        raise OSError

    monkeypatch.setattr(type(lake()), "find_object", refuse)
    lost_objects.refuse_other_lake()

import pytest

from ingestion.audio import claims, scratch
from tests.ingestion.audio.conftest import NOON, want

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt])
def test_a_folder_is_gone_however_the_attempt_ends(error):
    claim = claims.take(video_pk=want().video_id, now=NOON)
    try:
        with scratch.hold(claim) as folder:
            (folder / "audio.webm.part").write_bytes(b"half")
            assert folder.stat().st_mode & 0o077 == 0
            if error:
                raise error
    except (RuntimeError, KeyboardInterrupt):
        pass
    assert list(scratch.root().iterdir()) == []


def test_a_tick_deletes_what_the_dead_left_and_nothing_of_the_living():
    claim = claims.take(video_pk=want().video_id, now=NOON)
    with scratch.hold(claim) as folder:
        for name in (f"{claim.fetch_id}-7", "999999-1", "of nobody"):
            (scratch.root() / name).mkdir()
            (scratch.root() / name / "audio.webm.part").write_bytes(b"half")
        assert scratch.clean(now=NOON) == 3
        assert list(scratch.root().iterdir()) == [folder]
    assert scratch.clean(now=NOON) == 0


def test_where_nothing_was_ever_downloaded_there_is_nothing_to_clean():
    assert scratch.clean(now=NOON) == 0

import pytest
from django.core.files.base import ContentFile

from ingestion.lake import lake


def test_a_key_written_again_is_replaced():
    lake().save("a/b.txt", ContentFile(b"old"))
    lake().save("a/b.txt", ContentFile(b"new"))
    with lake().open("a/b.txt") as stored:
        assert stored.read() == b"new"


def test_a_write_that_fails_leaves_nothing(lake_dir):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("disk full")

    with pytest.raises(OSError):
        lake().save("a/b.txt", Broken(b""))
    assert list((lake_dir / "a").iterdir()) == []

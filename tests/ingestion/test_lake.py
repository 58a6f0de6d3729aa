"""One contract for every lake, a folder or a bucket."""

import io

import pytest
from botocore.exceptions import ResponseStreamingError
from django.core.files.base import ContentFile
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from ingestion import lake as lakes
from ingestion.lake import lake
from tests.emulators import aws as emulator

each = pytest.mark.usefixtures("each_lake")


def put(key, content):
    assert lake().save(key, ContentFile(content)) == key


def read(key):
    with lake().open(key) as stored:
        return stored.read()


@each
@pytest.mark.parametrize("key", ["a/b.txt", "raw/x/dt=2026-11-14/1.jsonl.gz", "audio/-dashed_id/é +&%20.opus"])
def test_what_is_saved_is_read_back(key):
    put(key, b"\x1f\x8b content")
    assert read(key) == b"\x1f\x8b content"
    assert lake().exists(key)
    assert lake().size(key) == 10


@each
def test_a_key_written_again_is_replaced():
    put("a/b.txt", b"old")
    before = lake().find_object("a/b.txt")
    put("a/b.txt", b"newer")
    assert read("a/b.txt") == b"newer"
    assert lake().find_object("a/b.txt").version != before.version
    assert [found.key for found in lake().list_objects("a")] == ["a/b.txt"]


@each
@pytest.mark.parametrize(("first", "length"), [(0, 10), (99_990, 10), (0, 100_000), (50_000, 7), (100_000, 5)])
def test_a_range_is_read_from_where_it_begins(first, length):
    content = bytes(range(250)) * 400
    put("sound", content)
    with lake().open("sound") as stored:
        stored.seek(first)
        assert stored.read(length) == content[first : first + length]
        assert stored.tell() == min(first + length, len(content))
        stored.seek(-5, io.SEEK_END)
        assert stored.read() == content[-5:]
        assert stored.size == len(content)


@each
def test_an_empty_object_is_empty():
    put("empty", b"")
    assert read("empty") == b""
    assert lake().find_object("empty").byte_count == 0


@each
def test_what_is_not_there_is_said_alike():
    assert not lake().exists("nothing")
    assert lake().find_object("nothing") is None
    with pytest.raises(FileNotFoundError):
        lake().open("nothing")
    assert list(lake().list_objects("nothing")) == []


@each
def test_what_is_deleted_is_gone_and_may_be_deleted_again():
    put("a/b", b"x")
    lake().delete("a/b")
    lake().delete("a/b")
    assert not lake().exists("a/b")


@each
def test_everything_below_a_folder_is_listed_by_key_and_nothing_beside_it():
    for key in ("a/b/2", "a/b/1", "a/b-c", "a/b.d", "a/.hidden/x", "a/.part", "ab/1", "b"):
        put(key, b"x")
    assert [found.key for found in lake().list_objects("a")] == ["a/b-c", "a/b.d", "a/b/1", "a/b/2"]
    assert [found.key for found in lake().list_objects("a/b/")] == ["a/b/1", "a/b/2"]
    assert [found.key for found in lake().list_objects("")][-2:] == ["ab/1", "b"]


def test_a_long_listing_goes_on_page_after_page(bucket):
    keys = [f"many/{number:04}" for number in range(1_050)]
    objects = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for key in keys:
        objects.put_object(bucket, f"lectern/{key}", b"")
    assert [found.key for found in lake().list_objects("many")] == keys


@each
def test_a_folder_is_emptied_whole():
    put("a/1", b"x")
    put("a/b/2", b"x")
    put("a-b/3", b"x")
    assert lakes.empty("a") == 2
    assert lakes.empty("a") == 0
    assert lake().exists("a-b/3")


@each
def test_a_large_object_comes_in_blocks():
    content = bytes(1024) * 9 * 1024  # more than one part of an upload
    put("large", content)
    with lake().open("large") as stored:
        assert sum(map(len, stored.chunks())) == len(content)


def test_a_write_that_fails_leaves_nothing(lake_dir):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("disk full")

    with pytest.raises(OSError):
        lake().save("a/b.txt", Broken(b""))
    assert list((lake_dir / "a").iterdir()) == []


def test_a_bucket_keeps_its_objects_below_the_prefix(aws, bucket):
    put("a/b", b"x")
    listed = aws.s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert [entry["Key"] for entry in listed] == ["lectern/a/b"]


def test_a_bucket_without_a_prefix_is_a_lake_too(aws, settings):
    name = aws.make_bucket()
    settings.STORAGES = settings.STORAGES | {"lake": aws.make_lake(name, prefix="")}
    put("a/b", b"x")
    assert [found.key for found in lake().list_objects("a")] == ["a/b"]
    assert [found.key for found in lake().list_objects("")] == ["a/b"]


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
def test_a_call_whose_reply_was_lost_is_made_again_and_does_no_harm(aws, settings, method):
    name = aws.make_bucket()
    with emulator.lose_replies(aws.url, method=method, count=2) as lossy:
        settings.STORAGES = settings.STORAGES | {"lake": aws.make_lake(name, url=lossy.url)}
        put("a/b", b"content")
        assert read("a/b") == b"content"
        calls = [call for call in lossy.passed if call.startswith(method)]
    assert len(calls) == 3
    assert [found.key for found in lake_of(aws, settings, name).list_objects("a")] == ["a/b"]


def test_a_put_that_is_lost_every_time_says_so_and_may_be_made_again(aws, settings):
    name = aws.make_bucket()
    with emulator.lose_replies(aws.url, method="PUT", count=5) as lossy:
        settings.STORAGES = settings.STORAGES | {"lake": aws.make_lake(name, url=lossy.url)}
        with pytest.raises(OSError, match="s3://"):
            lake().save("a/b", ContentFile(b"content"))
        put("a/b", b"content")
    assert [found.byte_count for found in lake_of(aws, settings, name).list_objects("a")] == [7]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(bucket, monkeypatch):
    content = bytes(range(256)) * 4096
    put("sound", content)
    opened = []

    class Breaking:
        """A stream that breaks off after its first thousand bytes."""

        def __init__(self, stream):
            self.stream, self.close, self.is_broken = stream, stream.close, False

        def read(self, most_bytes):
            if self.is_broken:
                raise ResponseStreamingError(error="the connection broke")
            self.is_broken = len(opened) < 4
            return self.stream.read(min(most_bytes, 1000) if self.is_broken else most_bytes)

    with lake().open("sound") as stored:
        storage = stored.file.raw.storage
        read_from = storage.read_from

        def open_from(name, position, *, etag):
            opened.append(position)
            return Breaking(read_from(name, position, etag=etag))

        monkeypatch.setattr(storage, "read_from", open_from)
        assert stored.read() == content
    assert opened == [0, 1000, 2000, 3000]


def test_an_object_replaced_while_it_is_read_is_never_two_halves(bucket):
    put("sound", b"a" * 1_000_000)
    with lake().open("sound") as stored:
        assert stored.read(10) == b"a" * 10
        put("sound", b"b" * 1_000_000)
        stored.seek(500_000)
        with pytest.raises(OSError):
            stored.read(10)


def test_a_bucket_that_is_not_there_is_named(aws, settings):
    settings.STORAGES = settings.STORAGES | {"lake": aws.make_lake("no-such-bucket")}
    with pytest.raises(FileNotFoundError, match="s3://no-such-bucket/lectern/a"):
        lake().save("a", ContentFile(b"x"))


def lake_of(aws, settings, name):
    """The lake of a bucket, reached without a proxy."""
    settings.STORAGES = settings.STORAGES | {"lake": aws.make_lake(name)}
    return lake()

import json

import pytest

from ingestion import object_notices
from ingestion.object_notices import Notice, UnreadableNoticeError
from tests.ingestion import notices


@pytest.fixture
def in_bucket(settings):
    options = {"bucket_name": "lectures", "location": "lectern"}
    settings.STORAGES = settings.STORAGES | {"lake": {"BACKEND": "x", "OPTIONS": options}}


def test_a_key_is_decoded_as_a_form_is():
    (notice,) = object_notices.parse(notices.message(notices.record("inbox/Ética & vida/a+b/100% é.opus")))
    assert notice == Notice("inbox/Ética & vida/a+b/100% é.opus", "e1", is_deletion=False, sequencer="00AB")


def test_the_first_message_of_a_bucket_tells_of_nothing():
    text = '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b", "RequestId": "1"}'
    assert object_notices.parse(text) == []


def test_a_message_inside_one_of_sns_is_read():
    outer = json.dumps({"Type": "Notification", "Message": notices.message(notices.record("a"))})
    assert [notice.key for notice in object_notices.parse(outer)] == ["a"]


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ({"eTag": "e", "versionId": "v", "sequencer": "s"}, "e"),
        ({"eTag": '"e"'}, "e"),
        ({"versionId": "v", "sequencer": "s"}, "v"),
        ({"sequencer": "s"}, "s"),
        ({"eTag": None}, ""),
        ({}, ""),
    ],
)
def test_a_version_is_what_the_store_tells_of_it(told, version):
    record = {"eventName": "s3:ObjectCreated:Copy", "s3": {"bucket": {"name": "b"}, "object": {"key": "a"} | told}}
    (notice,) = object_notices.read({"Records": [record]})
    assert notice.version == version


def test_deletions_are_told_apart_and_other_events_passed_over():
    names = ("ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated", "ObjectRestore:Post", "Other")
    read = object_notices.parse(notices.message(*(notices.record("a", name=name) for name in names)))
    assert [notice.is_deletion for notice in read] == [True, True]


def test_of_a_bucket_only_what_lies_below_the_prefix_is_ours(in_bucket):
    keys = {"lectern/inbox/a/b.opus": "lectures", "lecternal/a": "lectures", "a": "lectures", "lectern/c": "other"}
    read = object_notices.parse(notices.message(*(notices.record(key, bucket=name) for key, name in keys.items())))
    assert [notice.key for notice in read] == ["inbox/a/b.opus"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"Records": {}}',
        '{"Records": [1]}',
        '{"Records": [{}]}',
        '{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {}}}]}',
        '{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": [], "object": {"key": "a"}}}]}',
        notices.message(notices.record("a\0b")),
        notices.message(notices.record("a" * 1025)),
        notices.message(notices.record("a", etag="e" * 129)),
        '{"Message": "no json"}',
        '{"Records": [{"eventName": "Other", "s3": {"bucket": {"name": "b"}, "object": {"key": "%FF"}}}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_notice_is_said_in_a_sentence(text):
    with pytest.raises(UnreadableNoticeError, match="of the store"):
        object_notices.parse(text)

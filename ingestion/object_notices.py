"""What a store tells of its objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html

A notice may come twice, late, in any order, and as the inner part of a message of SNS. Stores other than Amazon's
leave fields out.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings

LONGEST_KEY = 1024
LONGEST_VERSION = 128
LONGEST_SEQUENCER = 64


class UnreadableNoticeError(Exception):
    """A message that tells of no objects in a form that is known."""

    permanent = True


@dataclass(frozen=True)
class Notice:
    """One version of an object that was written, or deleted."""

    key: str
    version: str
    is_deletion: bool = False
    sequencer: str = ""


def parse(text: str | bytes) -> list[Notice]:
    """Return the notices of a message. Raises UnreadableNoticeError."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableNoticeError(f"A message of the store is not JSON: {error}") from None
    return read(told)


def read(told: Any) -> list[Notice]:
    """Return the notices of a message for objects of the lake; those of others are passed over.

    Raises UnreadableNoticeError.
    """
    if not isinstance(told, dict):
        raise UnreadableNoticeError("A message of the store must be an object.")
    if isinstance(told.get("Message"), str) and "Records" not in told:
        return parse(told["Message"])
    if told.get("Event") == "s3:TestEvent":
        return []
    records = told.get("Records")
    if not isinstance(records, list):
        raise UnreadableNoticeError("A message of the store must have a list of Records.")
    notices = [_read_record(record) for record in records]
    return [notice for notice in notices if notice is not None]


def _read_record(record: Any) -> Notice | None:
    try:
        name, place = str(record["eventName"]), record["s3"]
        bucket, told = str(place["bucket"]["name"]), place["object"]
        key = unquote_plus(str(told["key"]), errors="strict")
        version = str(told.get("eTag") or told.get("versionId") or told.get("sequencer") or "").strip('"')
        sequencer = str(told.get("sequencer") or "")
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise UnreadableNoticeError(f"A record of the store cannot be read: {error!r}") from None
    if len(key) > LONGEST_KEY or len(version) > LONGEST_VERSION or "\0" in key + version + sequencer:
        raise UnreadableNoticeError("A record of the store holds a key or version that no object has.")
    own_key = _find_own_key(key, bucket=bucket)
    kind = name.removeprefix("s3:").partition(":")[0]
    if not own_key or kind not in {"ObjectCreated", "ObjectRemoved"}:
        return None
    return Notice(own_key, version, kind == "ObjectRemoved", sequencer[:LONGEST_SEQUENCER])


def _find_own_key(key: str, *, bucket: str) -> str:
    """Return the key within the lake, empty where the object lies elsewhere; a folder takes any bucket."""
    options = settings.STORAGES["lake"].get("OPTIONS", {})
    if bucket != options.get("bucket_name", bucket):
        return ""
    prefix = f"{options['location']}/" if options.get("bucket_name") and options.get("location") else ""
    return key.removeprefix(prefix) if key.startswith(prefix) else ""

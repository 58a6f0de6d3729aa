"""What a store tells of objects, written by the tests."""

import json
from typing import Any
from urllib.parse import quote_plus


def record(key: str, etag: str = "e1", *, name: str = "ObjectCreated:Put", bucket: str = "b") -> dict[str, Any]:
    told = {"key": quote_plus(key, safe="/"), "size": 1, "eTag": etag, "sequencer": "00AB"}
    return {"eventName": name, "s3": {"bucket": {"name": bucket}, "object": told}}


def message(*records: dict[str, Any]) -> str:
    return json.dumps({"Records": list(records)})

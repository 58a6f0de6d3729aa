"""Folders as sources find them, written by the tests."""

import json
from pathlib import Path
from typing import Any


def info(video_id: str = "abcdefghijk", **fields: Any) -> dict[str, Any]:
    return {
        "id": video_id,
        "title": f"Lecture {video_id}",
        "extractor": "youtube",
        "epoch": 1763020800,
        "playlist_id": "PL1",
        "playlist_title": "A course",
    } | fields


def dump(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def write_info(folder: Path, payload: Any, *, name: str = "", audio: bytes | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name or payload['id']}.info.json"
    path.write_text(json.dumps(payload))
    if audio is not None:
        path.with_name(path.name.replace(".info.json", ".opus")).write_bytes(audio)
    return path


def video(video_id: str = "abcdefghijk", **fields: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#video",
        "etag": "e1",
        "id": video_id,
        "snippet": {"title": f"Lecture {video_id}"},
        "statistics": {"viewCount": "10"},
    } | fields


def write_reply(folder: Path, *items: dict[str, Any], name: str = "videos") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"kind": "youtube#videoListResponse", "items": list(items)}))
    return path

"""A folder of saved replies of the YouTube Data API v3, one JSON file a reply.

A reply does not say when it was given, so a folder on the way to it may: `2026-11-14` or `2026-11-14T0600Z`.
Without one the file's own time counts.
"""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from ingestion import contracts, sources

CONTRACT = "youtube_api"
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NOT_REPLIES = (".info.json", ".live_chat.json")


class ReplyFolder(sources.FolderSource):
    """Read list replies and single resources; an error body is rejected with its own message."""

    name: ClassVar[str] = "youtube_api"

    def files(self) -> list[Path]:
        return sorted(path for path in self.location.rglob("*.json") if not path.name.endswith(NOT_REPLIES))

    def read_file(self, path: Path) -> sources.Page:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        observed_at = _observed_at(path, root=self.location)
        try:
            items = _items(contracts.parse(text))
        except contracts.ContractError as error:
            rejection = sources.Rejection(contract=CONTRACT, reason=str(error), payload=text)
            return sources.Page(kind="reply", location=str(path), observed_at=observed_at, rejections=(rejection,))
        return _page(items, location=str(path), observed_at=observed_at)


def _items(reply: Any) -> list[Any]:
    """Return the resources of a reply; a single resource is a list of itself."""
    if not isinstance(reply, dict):
        raise contracts.ContractError("a reply is an object")
    if isinstance(reply.get("error"), dict):
        error = reply["error"]
        reason = next((each.get("reason") for each in error.get("errors") or [] if "reason" in each), "")
        raise contracts.ContractError(
            f"the API refused: {error.get('code', '')} {reason or error.get('status', '')}".rstrip()
        )
    if isinstance(reply.get("items"), list):
        if len({item.get("kind") for item in reply["items"] if isinstance(item, dict)}) > 1:
            raise contracts.ContractError("a reply holds resources of one kind")
        return list(reply["items"])
    if "id" in reply:
        return [reply]
    raise contracts.ContractError("neither a list reply nor a resource of the Data API")


def _page(items: list[Any], *, location: str, observed_at: datetime) -> sources.Page:
    records: list[sources.Record] = []
    rejections: list[sources.Rejection] = []
    for item in items:
        try:
            records.append(_record(item))
        except contracts.ContractError as error:
            text = json.dumps(item, ensure_ascii=False)
            video_id = _find_video_id(item) or _own_id(item)
            rejections.append(
                sources.Rejection(contract=CONTRACT, reason=str(error), payload=text, video_id=video_id)
            )
    kinds = [_snake_case(record.payload["kind"]) for record in records]
    return sources.Page(
        kind=kinds[0] if kinds else "reply",
        location=location,
        observed_at=observed_at,
        records=tuple(records),
        rejections=tuple(rejections),
    )


def _record(item: Any) -> sources.Record:
    is_video = isinstance(item, dict) and item.get("kind") == "youtube#video"
    contracts.check(contracts.VideoResource if is_video else contracts.Resource, item)
    external_id = item["id"] if isinstance(item["id"], str) else "/".join(item["id"].values())
    return sources.Record(
        external_id=external_id[:255],
        video_id=item["id"] if is_video else _find_video_id(item),
        etag=str(item.get("etag", "")),
        payload=item,
    )


def _find_video_id(value: Any) -> str:
    """Return the first `videoId` anywhere in a payload: the kinds keep it in different places."""
    if isinstance(value, dict):
        if isinstance(value.get("videoId"), str) and VIDEO_ID.fullmatch(value["videoId"]):
            return str(value["videoId"])
        value = list(value.values())
    if isinstance(value, list):
        return next(filter(None, map(_find_video_id, value)), "")
    return ""


def _own_id(item: Any) -> str:
    """Return the id of what may be a video."""
    value = item.get("id") if isinstance(item, dict) else None
    return value if isinstance(value, str) and VIDEO_ID.fullmatch(value) else ""


def _snake_case(kind: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.removeprefix("youtube#")).lower()


def _observed_at(path: Path, *, root: Path) -> datetime:
    for part in reversed(path.relative_to(root.parent).parts[:-1]):
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\d{4,6}Z)?", part):
            with suppress(ValueError):  # 2026-02-30 is a name like any other
                return datetime.fromisoformat(part).replace(tzinfo=UTC)
    return sources.modified_at(path)

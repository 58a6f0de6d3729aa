"""Resources of the YouTube Data API v3, from whatever they come: each is judged alone, none is dropped."""

import re
from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import Any

from ingestion import contracts, sources

SOURCE = "youtube_api"
# What a reply that could not be read is called, in place of the kind of its resources.
REPLY = "reply"
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Real payloads keep a video's id in their third level at the deepest.
DEEPEST_VIDEO_ID = 8
# The id of these is a video's.
VIDEO_KINDS = {"video", "video_stats"}
LONGEST_KIND = 32


def read_items(reply: Any) -> list[Any]:
    """Return the resources of a reply; a single resource is a list of itself.

    Raises contracts.ContractError for an error body, with the API's own reason, and for anything else.
    """
    if not isinstance(reply, dict):
        raise contracts.ContractError("a reply is an object")
    if isinstance(reply.get("error"), dict):
        raise contracts.ContractError(f"the API refused: {_describe_error(reply['error'])}".rstrip())
    if isinstance(reply.get("items"), list):
        return list(reply["items"])
    if "id" in reply:
        return [reply]
    raise contracts.ContractError("neither a list reply nor a resource of the Data API")


def make_page(items: list[Any], *, location: str, observed_at: datetime) -> sources.Page:
    """Judge resources by the contract of the kind that most of them are of."""
    kinds = Counter(item["kind"] for item in items if isinstance(item, dict) and isinstance(item.get("kind"), str))
    kind = _snake_case(kinds.most_common(1)[0][0])[:LONGEST_KIND] if kinds else REPLY
    records: list[sources.Record] = []
    rejections: list[sources.Rejection] = []
    for item in items:
        try:
            record, discarded = _judge(item, kind=kind)
        except contracts.FrozenContractError as error:
            records, rejections = [], [_reject(each, kind=kind, reason=str(error)) for each in items]
            break
        except contracts.ContractError as error:
            rejections.append(_reject(item, kind=kind, reason=str(error)))
            continue
        records.append(record)
        if discarded:
            rejections.append(_reject(item, kind=kind, reason=f"landed without {discarded}"))
    return sources.Page(
        kind=kind,
        location=location,
        observed_at=observed_at,
        records=tuple(records),
        rejections=tuple(rejections),
    )


def refuse_text(text: str, *, reason: str, location: str, observed_at: datetime) -> sources.Page:
    """Return a page that refuses a reply that could not be read."""
    rejection = sources.Rejection(contract=f"{SOURCE}.{REPLY}", reason=reason, payload=text)
    return sources.Page(kind=REPLY, location=location, observed_at=observed_at, rejections=(rejection,))


def _judge(item: Any, *, kind: str) -> tuple[sources.Record, str]:
    """Return what lands of a resource, and what was taken out of it. Raises contracts.ContractError."""
    verdict = contracts.check(item, source=SOURCE, kind=kind)
    payload = verdict.payload
    parts = payload["id"].values() if isinstance(payload["id"], dict) else (payload["id"],)
    external_id = "/".join(map(str, parts))[:255]
    if not external_id:
        raise contracts.ContractError("id: it is empty")
    if _snake_case(payload["kind"]) != kind:
        raise contracts.ContractError(f"kind: another than its neighbours, which are {kind}")
    record = sources.Record(
        external_id=external_id,
        video_id=external_id if kind in VIDEO_KINDS else _find_video_id(payload),
        etag=payload.get("etag") or "",
        payload=payload,
    )
    return record, verdict.discarded


def _reject(item: Any, *, kind: str, reason: str) -> sources.Rejection:
    return sources.Rejection(
        contract=f"{SOURCE}.{kind}"[:64],
        reason=reason,
        payload=contracts.dump(item),
        video_id=_find_video_id(item) or _own_id(item),
    )


def _find_video_id(value: Any, *, depth: int = DEEPEST_VIDEO_ID) -> str:
    """Return the first `videoId` anywhere in a payload: the kinds keep it in different places."""
    if depth == 0:
        return ""
    if isinstance(value, dict):
        found = value.get("videoId")
        if isinstance(found, str) and VIDEO_ID.fullmatch(found):
            return found
        value = value.values()
    elif not isinstance(value, list):
        return ""
    for each in value:
        if isinstance(each, dict | list) and (found := _find_video_id(each, depth=depth - 1)):
            return found
    return ""


def _own_id(item: Any) -> str:
    """Return the id of what may be a video."""
    value = item.get("id") if isinstance(item, dict) else None
    return value if isinstance(value, str) and VIDEO_ID.fullmatch(value) else ""


@lru_cache(maxsize=64)
def _snake_case(kind: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.removeprefix("youtube#")).lower()


def _describe_error(error: dict[str, Any]) -> str:
    details = error.get("errors")
    named = [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    reason = next((each["reason"] for each in named if "reason" in each), "")
    return f"{error.get('code', '')} {reason or error.get('status', '')}"

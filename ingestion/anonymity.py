"""Numbers that outlive a video: its totals under a name that leads back to nobody, in its channel."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from ingestion import landing
from ingestion.models import RawObservation, RawRecord

# The source and kinds whose payloads hold totals.
SOURCE = "youtube_api"
KINDS = ("video", "video_stats")
MARK = "anonymous-"


def name(video_id: str) -> str:
    """Return the name under which a video's numbers stay: always the same, and told by nobody without the key."""
    key = str(settings.SECRET_KEY).encode()
    return f"{MARK}{hmac.new(key, f'video {video_id}'.encode(), 'sha256').hexdigest()[:32]}"


def strip(payload: dict[str, Any], *, video_id: str, kind: str) -> dict[str, Any] | None:
    """Return what of a payload may stay, None where nothing may."""
    statistics = payload.get("statistics")
    if kind not in KINDS or not isinstance(statistics, dict):
        return None
    snippet = payload.get("snippet")
    is_of_channel = isinstance(snippet, dict) and isinstance(snippet.get("channelId"), str)
    parts = {"snippet": {"channelId": snippet["channelId"]}} if is_of_channel else {}  # type: ignore[index]
    return {"kind": payload.get("kind"), "id": name(video_id), "statistics": statistics, **parts}


def strip_line(line: dict[str, Any], *, kind: str) -> dict[str, Any] | None:
    """Return a line of the lake with what of its payload may stay, None where nothing may."""
    payload = strip(line["payload"], video_id=line["video_id"], kind=kind)
    if payload is None:
        return None
    return line | {"external_id": payload["id"], "video_id": "", "etag": "", "payload": payload}


def find_records(names: Iterable[str]) -> "QuerySet[RawRecord]":
    """Return the rows of totals under some names."""
    return RawRecord.objects.filter(source=SOURCE, kind__in=KINDS, external_id__in=list(names))


def keep_numbers(video_id: str) -> None:
    """Add rows of the totals of a video under its other name, sighting by sighting."""
    records = RawRecord.objects.filter(source=SOURCE, video_id=video_id, kind__in=KINDS).order_by("pk")
    for record in records.prefetch_related("observations"):
        payload = strip(record.payload, video_id=video_id, kind=record.kind)
        if payload is None:
            continue
        kept, _is_new = RawRecord.objects.get_or_create(
            source=record.source,
            kind=record.kind,
            external_id=payload["id"],
            payload_sha256=hashlib.sha256(landing.write_payload(payload).encode()).hexdigest(),
            defaults={"fetched_at": record.fetched_at, "payload": payload},
        )
        RawObservation.objects.bulk_create(
            [
                RawObservation(
                    run_id=each.run_id, record=kept, observed_at=each.observed_at, lake_key=each.lake_key
                )
                for each in record.observations.all()
            ],
            ignore_conflicts=True,
        )

"""Real payloads of every source that was recorded, and what may become of them on a bad day."""

import copy
import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.sources.reply_folder import NOT_REPLIES

LONG = 100_000
# What stands in the place of a value on a bad day.
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    7.5,
    1e308,
    10**40,
    "",
    "many",
    "P3W3DT20H31M21S",
    "null \0 character",
    "half a pair \ud83d",
    "\u202e\u0000\ufffe",
    "=cmd()",
    "x" * LONG,
    [],
    {},
    [[[]]],
    [None, 1, "a", {"b": []}],
    {"": "", "viewCount": {"viewCount": []}},
)
NAMES = ("surprise", "", "a.b", "kind", "null \0", "half \udc00")
# The first lands, the second is deeper than JSON is let in.
DEPTHS = (60, 400)
BURIED_SHARE = 0.1


@dataclass(frozen=True)
class Text:
    """What a file or a reply of a source holds, and how many payloads these are."""

    origin: str
    source: str
    text: str
    given_count: int


def read_all(shared_data: Path) -> Iterator[Text]:
    """Yield every recorded payload: saved replies, info files, the metrics as if the API had given them."""
    for path in sorted((shared_data / "youtube_api").rglob("*.json")):
        if not path.name.endswith(NOT_REPLIES):
            text = path.read_text()
            reply = json.loads(text)
            yield Text("youtube_api", "youtube_api", text, len(reply.get("items", [reply])))
    for path in sorted((shared_data / "yt_dlp_info").glob("*.info.json")):
        yield Text("yt_dlp_info", "yt_dlp", path.read_text(), 1)
    for _, items in read_metrics(shared_data):
        yield Text("metrics", "youtube_api", reply_of(items), len(items))


def read_metrics(shared_data: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each day of the metrics with its rows as videos.list gives them, duplicates and mojibake included."""
    days = defaultdict(list)
    with (shared_data / "metrics" / "US_videos.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            days[row["trending_date"][:10]].append(_make_video(row))
    yield from sorted(days.items())


def reply_of(items: list[Any]) -> str:
    return json.dumps({"kind": "youtube#videoListResponse", "items": items})


def break_payload(payload: Any, *, luck: random.Random) -> Any:
    """Return a payload with a few fields dropped, swapped, doubled, full of junk, or buried deep."""
    broken = {"root": copy.deepcopy(payload)}
    for _ in range(luck.randint(1, 4)):
        places = list(_list_places(broken))
        holder, key = luck.choice(places)
        change = luck.choice(("drop", "junk", "junk", "swap", "add"))
        if change == "drop" and holder is not broken:
            del holder[key]
        elif change == "swap":
            other, other_key = luck.choice(places)
            holder[key] = copy.deepcopy(other[other_key])
        elif change == "add" and isinstance(holder[key], dict):
            holder[key][luck.choice(NAMES)] = copy.deepcopy(luck.choice(JUNK))
        else:
            holder[key] = copy.deepcopy(luck.choice(JUNK))
    if luck.random() < BURIED_SHARE:
        holder, key = luck.choice(list(_list_places(broken)))
        holder[key] = _bury(holder[key], depth=luck.choice(DEPTHS))
    return broken["root"]


def _make_video(row: dict[str, str]) -> dict[str, Any]:
    counts = {"viewCount": row["view_count"], "dislikeCount": row["dislikes"]}
    if row["ratings_disabled"] != "TRUE":
        counts["likeCount"] = row["likes"]
    if row["comments_disabled"] != "TRUE":
        counts["commentCount"] = row["comment_count"]
    snippet: dict[str, Any] = {
        "publishedAt": row["publishedAt"],
        "channelId": row["channelId"],
        "channelTitle": row["channelTitle"],
        "title": row["title"],
        "description": row["description"],
        "categoryId": row["categoryId"],
        "thumbnails": {"default": {"url": row["thumbnail_link"]}},
    }
    if row["tags"] != "[None]":
        snippet["tags"] = row["tags"].split("|")
    return {"kind": "youtube#video", "id": row["video_id"], "snippet": snippet, "statistics": counts}


def _list_places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield holder and key of every value but those in the deepest."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        for key, inner in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            yield holder, key
            if isinstance(inner, dict | list) and len(waiting) < 200:
                waiting.append(inner)


def _bury(value: Any, *, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value

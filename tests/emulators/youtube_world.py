"""What the emulated YouTube holds: invented, or made from what others recorded of the real one."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Resource = dict[str, Any]

NEWEST = datetime(2026, 11, 1, 12, tzinfo=UTC)
DURATIONS = ("PT29S", "PT1H9M5S", "PT12M3S", "PT4M", "P1DT2H", "PT2M59S", "PT45M10S")


@dataclass
class World:
    """Channels, playlists and videos by id; a listing holds ids of videos or whole playlist items."""

    channels: dict[str, Resource] = field(default_factory=dict)
    usernames: dict[str, str] = field(default_factory=dict)
    playlists: dict[str, Resource] = field(default_factory=dict)
    listings: dict[str, Sequence[str | Resource]] = field(default_factory=dict)
    videos: Mapping[str, Resource] = field(default_factory=dict)
    threads: dict[str, list[Resource]] = field(default_factory=dict)
    captions: dict[str, list[Resource]] = field(default_factory=dict)
    categories: dict[str, Resource] = field(default_factory=dict)

    def add_channel(self, title: str, video_ids: Sequence[str], *, handle: str = "") -> str:
        """Add a channel that has uploaded some videos, the newest first, and return its id."""
        channel_id = channel_id_of(title)
        self.channels[channel_id] = invent_channel(channel_id, title, handle=handle, video_count=len(video_ids))
        self.listings[uploads_of(channel_id)] = video_ids
        return channel_id

    def add_video(self, video: Resource) -> None:
        """Add a video, or replace it."""
        self.videos = {**dict(self.videos), video["id"]: video}


def channel_id_of(title: str) -> str:
    """Return the id a channel of this title goes by, the same every time."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(title.encode()).digest()).decode()
    return f"UC{digest[:22]}"


def uploads_of(channel_id: str) -> str:
    return f"UU{channel_id[2:]}"


def invent_channel(channel_id: str, title: str, *, handle: str, video_count: int) -> Resource:
    return {
        "kind": "youtube#channel",
        "id": channel_id,
        "snippet": {
            "title": title,
            "description": f"All about {title}.",
            "customUrl": handle or f"@{''.join(filter(str.isalnum, title)).lower()}",
            "publishedAt": "2015-06-01T09:30:00.123456Z",
            "thumbnails": thumbnails_of(channel_id),
            "country": "BR",
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_of(channel_id)}},
        "statistics": {
            "viewCount": str(video_count * 1000),
            "subscriberCount": "12300",
            "hiddenSubscriberCount": False,
            "videoCount": str(video_count),
        },
        "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "longUploadsUnspecified"},
    }


def invent_video(video_id: str, *, channel_id: str, channel_title: str, number: int = 0) -> Resource:
    """Return a video whose hidden counts, tags and length differ from one number to the next."""
    counts = {"viewCount": str(1000 + number), "likeCount": str(number % 900), "commentCount": str(number % 40)}
    hidden = {0: (), 1: ("likeCount",), 2: ("commentCount",)}.get(number % 10, ())
    snippet: Resource = {
        "publishedAt": (NEWEST - timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "channelId": channel_id,
        "title": f"Lecture {number}: what is known of the number {number}",
        "description": f"Lecture {number} of {channel_title}. " + "It goes on from the one before. " * 12,
        "thumbnails": thumbnails_of(video_id),
        "channelTitle": channel_title,
        "categoryId": "27",
        "liveBroadcastContent": "none",
        "localized": {"title": f"Lecture {number}", "description": ""},
        "defaultAudioLanguage": ("en", "pt-BR", "es")[number % 3],
    }
    if number % 4:
        snippet["tags"] = ["lecture", f"number {number}", "mathematics"]
    return {
        "kind": "youtube#video",
        "id": video_id,
        "snippet": snippet,
        "contentDetails": {
            "duration": DURATIONS[number % len(DURATIONS)],
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
            "licensedContent": True,
            "contentRating": {},
            "projection": "rectangular",
        },
        "status": {
            "uploadStatus": "processed",
            "privacyStatus": "public",
            "license": "youtube",
            "embeddable": True,
            "publicStatsViewable": True,
            "madeForKids": False,
        },
        "statistics": {name: count for name, count in counts.items() if name not in hidden}
        | {"favoriteCount": "0"},
        "topicDetails": {"topicCategories": ["https://en.wikipedia.org/wiki/Knowledge"]},
    }


def thumbnails_of(subject: str) -> Resource:
    sizes = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
    return {
        name: {"url": f"https://i.ytimg.com/vi/{subject}/{name}.jpg", "width": width, "height": height}
        for name, (width, height) in sizes.items()
    }


class InventedVideos(Mapping[str, Resource]):
    """Any number of videos, made when they are asked for, of channels of one size."""

    def __init__(self, count: int, *, channel_count: int = 1) -> None:
        self.count = count
        self.channel_titles = [f"Channel {number}" for number in range(channel_count)]
        self.share = -(-count // channel_count)

    def __getitem__(self, video_id: str) -> Resource:
        number = int(video_id[1:]) if len(video_id) == 11 and video_id[1:].isdecimal() else self.count
        if number >= self.count or video_id != invented_id(number):
            raise KeyError(video_id)
        title = self.channel_titles[number // self.share]
        return invent_video(video_id, channel_id=channel_id_of(title), channel_title=title, number=number)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        return map(invented_id, range(self.count))


class InventedListing(Sequence[str]):
    """The ids of a stretch of invented videos."""

    def __init__(self, numbers: range) -> None:
        self.numbers = numbers

    def __getitem__(self, key: Any) -> Any:
        found = self.numbers[key]
        return InventedListing(found) if isinstance(found, range) else invented_id(found)

    def __len__(self) -> int:
        return len(self.numbers)


def invented_id(number: int) -> str:
    """Return the id of an invented video; one in fifty begins with a hyphen, as real ones do."""
    return f"{'-' if number % 50 == 7 else 'v'}{number:010d}"


def invent_world(video_count: int, *, channel_count: int = 1) -> World:
    """Return channels of one size with any number of videos, in next to no memory."""
    videos = InventedVideos(video_count, channel_count=channel_count)
    world = World(videos=videos)
    for number, title in enumerate(videos.channel_titles):
        first = number * videos.share
        stretch = range(first, max(first, min(first + videos.share, video_count)))
        world.add_channel(title, InventedListing(stretch))
    return world


def read_archive(folder: Path) -> World:
    """Return the channels of the original pipeline's archive, their ids invented, their videos as recorded."""
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(folder / "video_details.parquet").to_pylist()
    distinct = {row["video_id"]: row for row in rows}
    world = World(videos={video_id: _archived_video(row) for video_id, row in distinct.items()})
    for title in sorted({row["channel_title"] for row in distinct.values()}):
        mine = [row for row in distinct.values() if row["channel_title"] == title]
        newest_first = sorted(mine, key=lambda row: (row["published_at"], row["video_id"]), reverse=True)
        world.add_channel(title, [row["video_id"] for row in newest_first])
    return world


def _archived_video(row: Resource) -> Resource:
    snippet = {
        "publishedAt": row["published_at"],
        "channelId": channel_id_of(row["channel_title"]),
        "channelTitle": row["channel_title"],
        "title": row["title"],
        "description": row["description"],
        "thumbnails": thumbnails_of(row["video_id"]),
        "liveBroadcastContent": "none",
    }
    counts = {"viewCount": "view_count", "likeCount": "like_count", "commentCount": "comment_count"}
    return {
        "kind": "youtube#video",
        "id": row["video_id"],
        "snippet": snippet | ({"tags": list(row["tags"])} if row["tags"] else {}),
        "contentDetails": {name: row[name] for name in ("duration", "definition", "caption")},
        "status": {"privacyStatus": "public", "uploadStatus": "processed"},
        "statistics": {name: row[column] for name, column in counts.items() if row[column]}
        | {"favoriteCount": row["favorite_count"]},
    }


def read_replies(folder: Path) -> World:
    """Return what saved replies of the API hold, resource by resource as they were recorded."""
    world = World()
    for path in sorted(folder.rglob("*.json")):
        reply = json.loads(path.read_text(encoding="utf-8-sig"))
        for item in reply.get("items") or []:
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                _add_recorded(world, item)
    return world


def _add_recorded(world: World, item: Resource) -> None:
    snippet = item.get("snippet") or {}
    match item.get("kind"):
        case "youtube#video":
            world.add_video({**world.videos.get(item["id"], {}), **item})
        case "youtube#channel":
            world.channels[item["id"]] = {**world.channels.get(item["id"], {}), **item}
        case "youtube#playlist":
            world.playlists[item["id"]] = {**world.playlists.get(item["id"], {}), **item}
        case "youtube#playlistItem" if snippet.get("playlistId"):
            known = world.listings.get(snippet["playlistId"], ())
            if item["id"] not in {each["id"] for each in known if isinstance(each, dict)}:
                world.listings[snippet["playlistId"]] = [*known, item]
        case "youtube#commentThread" if snippet.get("videoId"):
            world.threads.setdefault(snippet["videoId"], []).append(item)
        case "youtube#caption" if snippet.get("videoId"):
            world.captions.setdefault(snippet["videoId"], []).append(item)
        case "youtube#videoCategory":
            world.categories[item["id"]] = item

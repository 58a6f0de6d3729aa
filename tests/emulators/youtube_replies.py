"""The replies of the emulated API, method by method, in the shapes that the real one gives them."""

import base64
import hashlib
import html
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.emulators.youtube_world import Resource, World, thumbnails_of

Query = dict[str, str]

MOST_SEARCHED = 500


def error(code: int, reason: str, message: str = "An error was ordered.", **more: Any) -> str:
    """Return the body of an error as the API writes them."""
    errors = [{"message": message, "domain": "youtube", "reason": reason}]
    return json.dumps({"error": {"code": code, "message": message, "errors": errors, **more}})


QUOTA_EXCEEDED = error(
    403,
    "quotaExceeded",
    'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">'
    "quota</a>.",
)
KEY_INVALID = error(
    400,
    "badRequest",
    "API key not valid. Please pass a valid API key.",
    status="INVALID_ARGUMENT",
    details=[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
)


class _NotFoundError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = 404, reason


def reply(world: World, method: str, query: Query) -> tuple[int, str]:
    """Return the status and body of a reply."""
    try:
        kind, items, total, token = METHODS[method](world, query)
    except _NotFoundError as refusal:
        return refusal.status, error(refusal.status, refusal.reason)
    except ValueError:
        return 400, error(400, "invalidPageToken")
    texts = ",".join(items)
    tail: Resource = {
        "kind": f"youtube#{kind}",
        "pageInfo": {"totalResults": total, "resultsPerPage": _size(query)},
    }
    if token:
        tail["nextPageToken"] = token
    rest = f'{json.dumps(tail)[1:-1]}, "items": [{texts}]}}'
    return 200, f'{{"etag": "{_digest(rest)}", {rest}'


def page_number_of(query: Query) -> int:
    """Return which page is asked for, from nought."""
    try:
        return _offset(query) // _size(query)
    except ValueError:
        return 0


def _size(query: Query) -> int:
    return min(100 if "videoId" in query else 50, int(query.get("maxResults", "5")))


def _offset(query: Query) -> int:
    token = query.get("pageToken", "")
    return int(base64.urlsafe_b64decode(token).decode().removeprefix("at ")) if token else 0


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"at {offset}".encode()).decode()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode().strip("=")


def _write(resource: Resource, parts: Iterable[str]) -> str:
    """Return a resource as text with the parts asked for: one that was not is absent."""
    wanted = {"kind", "id", *parts}
    body = json.dumps({name: value for name, value in resource.items() if name in wanted}, ensure_ascii=False)
    return f'{{"etag": "{resource.get("etag", "").strip(chr(34)) or _digest(body)}", {body[1:]}'


Found = tuple[str, list[str], int, str]


def _page(kind: str, query: Query, resources: Sequence[Any], make: Callable[[Any, int], Resource]) -> Found:
    offset, size = _offset(query), _size(query)
    parts = query.get("part", "").split(",")
    found = [
        _write(make(each, offset + index), parts) for index, each in enumerate(resources[offset : offset + size])
    ]
    is_last = offset + size >= len(resources)
    return kind, found, len(resources), "" if is_last else _token(offset + size)


def _as_it_is(resource: Resource, position: int) -> Resource:
    return resource


def list_channels(world: World, query: Query) -> Found:
    if "forHandle" in query:
        handle = query["forHandle"].removeprefix("@").lower()
        ids = [
            channel_id
            for channel_id, channel in world.channels.items()
            if channel.get("snippet", {}).get("customUrl", "").removeprefix("@").lower() == handle
        ]
    elif "forUsername" in query:
        ids = [world.usernames[query["forUsername"]]] if query["forUsername"] in world.usernames else []
    else:
        ids = query["id"].split(",")
    channels = [world.channels[each] for each in ids if each in world.channels]
    return _page("channelListResponse", query, channels, _as_it_is)


def list_playlists(world: World, query: Query) -> Found:
    if "channelId" in query:
        found = [
            each for each in world.playlists.values() if each["snippet"].get("channelId") == query["channelId"]
        ]
    else:
        found = [world.playlists[each] for each in query["id"].split(",") if each in world.playlists]
    return _page("playlistListResponse", query, found, _as_it_is)


def list_playlist_items(world: World, query: Query) -> Found:
    playlist_id = query["playlistId"]
    if playlist_id not in world.listings:
        raise _NotFoundError("playlistNotFound")

    def make(entry: str | Resource, position: int) -> Resource:
        return entry if isinstance(entry, dict) else _item_of(world, playlist_id, entry, position)

    return _page("playlistItemListResponse", query, world.listings[playlist_id], make)


def _item_of(world: World, playlist_id: str, video_id: str, position: int) -> Resource:
    """Return the item of a playlist; of a video that cannot be had it tells nothing but the fact."""
    video = world.videos.get(video_id)
    identifier = base64.b64encode(f"{playlist_id}.{video_id}".encode()).decode().rstrip("=")
    place = {"playlistId": playlist_id, "position": position}
    place["resourceId"] = {"kind": "youtube#video", "videoId": video_id}
    if video is None or video["status"]["privacyStatus"] == "private":
        word = "Deleted" if video is None else "Private"
        hidden = {"title": f"{word} video", "description": f"This video is {word.lower()}.", "thumbnails": {}}
        snippet: Resource = {"publishedAt": "2026-01-01T00:00:00Z", **hidden, **place}
        details: Resource = {"videoId": video_id}
    else:
        shown = {
            name: video["snippet"][name]
            for name in ("publishedAt", "channelId", "title", "description", "channelTitle")
        }
        owner = {"videoOwnerChannelTitle": shown["channelTitle"], "videoOwnerChannelId": shown["channelId"]}
        snippet = {**shown, "thumbnails": thumbnails_of(video_id), **place, **owner}
        details = {"videoId": video_id, "videoPublishedAt": shown["publishedAt"]}
    return {
        "kind": "youtube#playlistItem",
        "id": identifier,
        "snippet": snippet,
        "contentDetails": details,
        "status": {"privacyStatus": "public"},
    }


def _had(world: World, query: Query) -> list[Resource]:
    videos = [world.videos.get(each) for each in query["id"].split(",")[:50]]
    return [each for each in videos if each and each.get("status", {}).get("privacyStatus") != "private"]


def list_videos(world: World, query: Query) -> Found:
    return _page("videoListResponse", query | {"maxResults": "50"}, _had(world, query), _as_it_is)


def batch_get_stats(world: World, query: Query) -> Found:
    def make(video: Resource, position: int) -> Resource:
        counts = {name: each for name, each in video["statistics"].items() if name != "favoriteCount"}
        return {
            "kind": "youtube#videoStats",
            "id": video["id"],
            "snippet": {"publishTime": video["snippet"]["publishedAt"]},
            "statistics": counts,
        }

    return _page("batchGetStatsResponse", query | {"maxResults": "50"}, _had(world, query), make)


def list_comment_threads(world: World, query: Query) -> Found:
    video = world.videos.get(query["videoId"])
    if video is None:
        raise _NotFoundError("videoNotFound")
    if "commentCount" not in video.get("statistics", {}):
        refusal = _NotFoundError("commentsDisabled")
        refusal.status = 403
        raise refusal
    return _page("commentThreadListResponse", query, world.threads.get(query["videoId"], []), _as_it_is)


def list_captions(world: World, query: Query) -> Found:
    return _page("captionListResponse", query, world.captions.get(query["videoId"], []), _as_it_is)


def list_categories(world: World, query: Query) -> Found:
    ids = query["id"].split(",") if "id" in query else list(world.categories)
    found = [world.categories[each] for each in ids if each in world.categories]
    return _page("videoCategoryListResponse", query | {"maxResults": "50"}, found, _as_it_is)


def search(world: World, query: Query) -> Found:
    """Find the words in titles; no search tells of more than some five hundred."""
    words = query.get("q", "").lower().split()
    found = [
        video
        for video in world.videos.values()
        if all(word in video["snippet"]["title"].lower() for word in words)
        and video["snippet"]["publishedAt"] >= query.get("publishedAfter", "")
    ]

    def make(video: Resource, position: int) -> Resource:
        names = ("publishedAt", "channelId", "channelTitle", "liveBroadcastContent", "thumbnails")
        shown = {name: video["snippet"][name] for name in names if name in video["snippet"]}
        title = html.escape(video["snippet"]["title"]).replace("&#x27;", "&#39;")
        description = html.escape(video["snippet"]["description"][:100])
        return {
            "kind": "youtube#searchResult",
            "id": {"kind": "youtube#video", "videoId": video["id"]},
            "snippet": {
                **shown,
                "title": title,
                "description": description,
            },
        }

    return _page("searchListResponse", query, found[:MOST_SEARCHED], make)


METHODS: dict[str, Callable[[World, Query], Found]] = {
    "channels.list": list_channels,
    "playlists.list": list_playlists,
    "playlistItems.list": list_playlist_items,
    "videos.list": list_videos,
    "videos.batchGetStats": batch_get_stats,
    "commentThreads.list": list_comment_threads,
    "captions.list": list_captions,
    "videoCategories.list": list_categories,
    "search.list": search,
}

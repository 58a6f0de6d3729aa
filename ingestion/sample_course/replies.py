"""Build replies of the YouTube Data API v3 for the course.

The shapes follow the reference at https://developers.google.com/youtube/v3/docs: statistics are strings,
`caption` is a string, and what a channel hides is absent.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ingestion.sample_course import course

EDUCATION = "27"
# YouTube's own channel owns the categories.
CATEGORY_CHANNEL_ID = "UCBR8-60-B28hp2BmDPdntcQ"
CATEGORIES = {EDUCATION: "Education", "28": "Science & Technology"}
TOPICS = ("https://en.wikipedia.org/wiki/Knowledge", "https://en.wikipedia.org/wiki/Technology")
VIDEO_THUMBNAILS = {
    "default": ("default", 120, 90),
    "medium": ("mqdefault", 320, 180),
    "high": ("hqdefault", 480, 360),
    "standard": ("sddefault", 640, 480),
}
CHANNEL_THUMBNAILS = {"default": 88, "medium": 240, "high": 800}


def build_replies(
    *, lectures: Sequence[course.Lecture], catalogue: Mapping[str, Any], day: int
) -> dict[str, dict[str, Any]]:
    """Build all replies of one day by the name of their file."""
    channel = catalogue["channel"]
    videos = [build_video(lecture=lecture, channel=channel, day=day) for lecture in lectures]
    items = [
        build_playlist_item(lecture=lecture, position=position, catalogue=catalogue)
        for position, lecture in enumerate(lectures)
    ]
    return {
        "videos": build_reply(resource="video", items=videos),
        "channels": build_reply(resource="channel", items=[build_channel(catalogue=catalogue, day=day)]),
        "playlists": build_reply(resource="playlist", items=[build_playlist(catalogue)]),
        "playlistItems": build_reply(resource="playlistItem", items=items),
        "videoCategories": build_category_reply(),
    }


def build_video(*, lecture: course.Lecture, channel: Mapping[str, Any], day: int) -> dict[str, Any]:
    """Build one item of videos.list with all public parts."""
    title, description = lecture.script.title, describe_video(lecture)
    return build_resource(
        resource="video",
        identity=lecture.video_id,
        parts={
            "snippet": {
                "publishedAt": format_time(lecture.entry["published_at"]),
                "channelId": channel["id"],
                "title": title,
                "description": description,
                "thumbnails": build_video_thumbnails(lecture.video_id),
                "channelTitle": channel["title"],
                "tags": lecture.entry["tags"],
                "categoryId": EDUCATION,
                "liveBroadcastContent": "none",
                "defaultLanguage": "en",
                "localized": {"title": title, "description": description},
                "defaultAudioLanguage": "en",
            },
            "contentDetails": {
                "duration": format_duration(lecture.duration_seconds),
                "dimension": "2d",
                "definition": "hd",
                "caption": "true" if lecture.entry["has_captions"] else "false",
                "licensedContent": False,
                "contentRating": {},
                "projection": "rectangular",
            },
            "status": {
                "uploadStatus": "processed",
                "privacyStatus": "public",
                "license": "creativeCommon",
                "embeddable": True,
                "publicStatsViewable": True,
                "madeForKids": False,
            },
            "statistics": build_video_statistics(entry=lecture.entry, day=day),
            "topicDetails": {"topicCategories": list(TOPICS)},
        },
    )


def build_video_statistics(*, entry: Mapping[str, Any], day: int) -> dict[str, str]:
    """Count a video on one day; hidden likes are absent."""
    statistics = {"viewCount": str(entry["views"][day])}
    if "likes" in entry:
        statistics["likeCount"] = str(entry["likes"][day])
    return statistics | {"favoriteCount": "0", "commentCount": str(entry["comments"][day])}


def build_channel(*, catalogue: Mapping[str, Any], day: int) -> dict[str, Any]:
    """Build one item of channels.list."""
    channel = catalogue["channel"]
    return build_resource(
        resource="channel",
        identity=channel["id"],
        parts={
            "snippet": {
                "title": channel["title"],
                "description": channel["description"],
                "customUrl": channel["handle"],
                "publishedAt": format_time(channel["published_at"]),
                "thumbnails": build_channel_thumbnails(channel["picture"]),
                "localized": {"title": channel["title"], "description": channel["description"]},
                "country": channel["country"],
            },
            "contentDetails": {
                "relatedPlaylists": {"likes": "", "uploads": "UU" + channel["id"].removeprefix("UC")}
            },
            "statistics": {
                "viewCount": str(channel["views"][day]),
                "subscriberCount": str(channel["subscribers"][day]),
                "hiddenSubscriberCount": False,
                "videoCount": str(len(catalogue["videos"])),
            },
        },
    )


def build_playlist(catalogue: Mapping[str, Any]) -> dict[str, Any]:
    """Build one item of playlists.list."""
    channel, playlist = catalogue["channel"], catalogue["playlist"]
    return build_resource(
        resource="playlist",
        identity=playlist["id"],
        parts={
            "snippet": {
                "publishedAt": format_time(playlist["published_at"]),
                "channelId": channel["id"],
                "title": playlist["title"],
                "description": playlist["description"],
                # A playlist wears the picture of its first video.
                "thumbnails": build_video_thumbnails(next(iter(catalogue["videos"]))),
                "channelTitle": channel["title"],
                "localized": {"title": playlist["title"], "description": playlist["description"]},
            },
            "status": {"privacyStatus": "public"},
            "contentDetails": {"itemCount": len(catalogue["videos"])},
        },
    )


def build_playlist_item(*, lecture: course.Lecture, position: int, catalogue: Mapping[str, Any]) -> dict[str, Any]:
    """Build one item of playlistItems.list."""
    channel, playlist = catalogue["channel"], catalogue["playlist"]
    published_at = format_time(lecture.entry["published_at"])
    return build_resource(
        resource="playlistItem",
        identity=name_playlist_item(playlist_id=playlist["id"], video_id=lecture.video_id),
        parts={
            "snippet": {
                "publishedAt": published_at,
                "channelId": channel["id"],
                "title": lecture.script.title,
                "description": describe_video(lecture),
                "thumbnails": build_video_thumbnails(lecture.video_id),
                "channelTitle": channel["title"],
                "playlistId": playlist["id"],
                "position": position,
                "resourceId": {"kind": "youtube#video", "videoId": lecture.video_id},
                "videoOwnerChannelTitle": channel["title"],
                "videoOwnerChannelId": channel["id"],
            },
            "contentDetails": {"videoId": lecture.video_id, "videoPublishedAt": published_at},
            "status": {"privacyStatus": "public"},
        },
    )


def build_category_reply() -> dict[str, Any]:
    """Build the reply of videoCategories.list, which has no page info."""
    items = [
        build_resource(
            resource="videoCategory",
            identity=identity,
            parts={"snippet": {"title": title, "assignable": True, "channelId": CATEGORY_CHANNEL_ID}},
        )
        for identity, title in CATEGORIES.items()
    ]
    return {"kind": "youtube#videoCategoryListResponse", "etag": build_etag(items), "items": items}


def build_reply(*, resource: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Wrap items that fit on one page."""
    return {
        "kind": f"youtube#{resource}ListResponse",
        "etag": build_etag(items),
        "items": items,
        "pageInfo": {"totalResults": len(items), "resultsPerPage": len(items)},
    }


def build_resource(*, resource: str, identity: str, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parts of a resource their kind, etag and id."""
    return {"kind": f"youtube#{resource}", "etag": build_etag([identity, parts]), "id": identity, **parts}


def build_etag(content: Sequence[Any]) -> str:
    """Hash content into an etag that changes with it, 27 characters long as the API's are."""
    digest = hashlib.sha1(json.dumps(content).encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def build_video_thumbnails(video_id: str) -> dict[str, dict[str, Any]]:
    """List the pictures of a video; `maxres` is missing, as it often is."""
    return {
        size: {"url": f"https://i.ytimg.com/vi/{video_id}/{name}.jpg", "width": width, "height": height}
        for size, (name, width, height) in VIDEO_THUMBNAILS.items()
    }


def build_channel_thumbnails(picture: str) -> dict[str, dict[str, Any]]:
    """List the square pictures of a channel."""
    return {
        size: {
            "url": f"https://yt3.ggpht.com/{picture}=s{pixels}-c-k-c0x00ffffff-no-rj",
            "width": pixels,
            "height": pixels,
        }
        for size, pixels in CHANNEL_THUMBNAILS.items()
    }


def name_playlist_item(*, playlist_id: str, video_id: str) -> str:
    """Encode the playlist and a hash, as the ids of playlist items do."""
    digest = hashlib.sha1(video_id.encode(), usedforsecurity=False).hexdigest()[:16].upper()
    return base64.urlsafe_b64encode(f"{playlist_id}.{digest}".encode()).decode().rstrip("=")


def describe_video(lecture: course.Lecture) -> str:
    """Add the list of chapters to the description, as channels do."""
    chapters = "\n".join(
        f"{format_clock(int(chapter.start_seconds))} {chapter.title}" for chapter in lecture.chapters
    )
    return f"{lecture.entry['description']}\n\nChapters:\n{chapters}"


def handle_url(channel: Mapping[str, Any]) -> str:
    """Return the address of a channel by its handle."""
    return f"https://www.youtube.com/{channel['handle']}"


def format_clock(seconds: int) -> str:
    """Format seconds as a player shows them: `3:21`."""
    return f"{seconds // 60}:{seconds % 60:02}"


def format_duration(seconds: int) -> str:
    """Format seconds as ISO 8601 without empty fields: `PT3M21S`, `PT3M`."""
    minutes, rest = divmod(seconds, 60)
    return "PT" + (f"{minutes}M" if minutes else "") + (f"{rest}S" if rest else "")


def format_time(moment: datetime) -> str:
    """Format a moment as the API does: `2026-09-07T15:00:04Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

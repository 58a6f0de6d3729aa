"""The questions that pulls ask: who a channel or playlist is, what it lists, what a search finds."""

from typing import Any

from ingestion import text
from ingestion.models import SubjectKind, Subscription
from ingestion.youtube import client, references

CHANNEL, PLAYLIST, ITEMS, SEARCH = "channels.list", "playlists.list", "playlistItems.list", "search.list"
CHANNEL_PARTS = "snippet,contentDetails,statistics,status,topicDetails"
PLAYLIST_PARTS = "snippet,contentDetails,status"
ITEM_PARTS = "snippet,contentDetails,status"
PAGE_SIZE = 50


def ask_subject(subscription: Subscription) -> list[client.Question]:
    """Return how a channel or playlist may be asked for: by its id, else by each kind of name it may be."""
    value = subscription.external_id or subscription.reference
    if subscription.kind == SubjectKind.PLAYLIST:
        return [client.Question(PLAYLIST, value, {"part": PLAYLIST_PARTS, "id": value})]
    if references.CHANNEL_ID.fullmatch(value):
        ways = ["id"]
    elif value.startswith("@"):
        ways = ["forHandle"]
    else:
        ways = ["forUsername", "forHandle"] if value.startswith("user/") else ["forHandle", "forUsername"]
    name = value.rpartition("/")[2]
    return [client.Question(CHANNEL, f"{way} {name}", {"part": CHANNEL_PARTS, way: name}) for way in ways]


def ask_items(playlist_id: str) -> client.Question:
    """Return the question for what a playlist lists."""
    parameters = {"part": ITEM_PARTS, "playlistId": playlist_id, "maxResults": str(PAGE_SIZE)}
    return client.Question(ITEMS, playlist_id, parameters)


def ask_search(subscription: Subscription) -> client.Question:
    """Return the question for what a search finds, the newest first."""
    words, since = subscription.reference, subscription.published_since
    wanted = {"q": words, "type": "video", "order": "date", "maxResults": str(PAGE_SIZE)}
    after = {"publishedAfter": f"{since:%Y-%m-%d}T00:00:00Z"} if since else {}
    return client.Question(SEARCH, words, {"part": "snippet", **wanted, **after})


def read_title(subject: dict[str, Any]) -> str:
    """Return the title of a channel or playlist, where it tells one."""
    title = _part(subject, "snippet").get("title")
    return text.strip_control_characters(title) if isinstance(title, str) else ""


def read_uploads(channel: dict[str, Any]) -> str:
    """Return the playlist of all uploads that a channel names."""
    named = _part(_part(channel, "contentDetails"), "relatedPlaylists").get("uploads")
    if isinstance(named, str) and references.PLAYLIST_ID.fullmatch(named):
        return named
    return f"UU{channel['id'][2:]}"


def _part(payload: dict[str, Any], name: str) -> dict[str, Any]:
    part = payload.get(name)
    return part if isinstance(part, dict) else {}

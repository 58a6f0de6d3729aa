"""What the real yt-dlp tells of the emulated site, and what of it is left out."""

import json

import pytest

from ingestion.extraction import addresses, messages, metadata
from ingestion.extraction.messages import Described, Failed
from tests.emulators import media
from tests.ingestion.extraction.conftest import VIDEO_ID, WEBVTT

pytestmark = pytest.mark.usefixtures("closed")


def describe(world, *video_ids):
    events = []
    order = messages.InfoOrder(tuple(map(addresses.watch, video_ids)), world.access)
    metadata.describe(order, emit=events.append)
    return [event for event in events if isinstance(event, Described | Failed)]


def list_entries(world, address, **options):
    events = []
    metadata.list_entries(messages.ListingOrder(address, world.access, **options), emit=events.append)
    (event,) = [event for event in events if isinstance(event, Described | Failed)]
    return event


def test_a_video_is_described_without_what_is_secret_or_of_this_hour(world):
    world.lecture.captions = {"en": WEBVTT}
    world.lecture.has_automatic_captions = True
    (event,) = describe(world, VIDEO_ID)
    info = event.info
    assert (info["id"], info["title"], info["duration"], info["view_count"]) == (VIDEO_ID, "Lecture", 9, 12)
    assert info["subtitles"] == {"en": [{"name": "en"}]}
    assert len(info["automatic_captions"]) >= 158
    assert not metadata.LEFT_OUT & info.keys()
    text = json.dumps(info)
    assert "secret" not in text and "googlevideo" not in text and "timedtext" not in text
    assert len(text) < 20_000


def test_a_video_that_has_not_changed_is_told_in_the_same_words(world):
    assert describe(world, VIDEO_ID) == describe(world, VIDEO_ID)


def test_real_info_keeps_chapters_and_heatmap(shared_data):
    path = next((shared_data / "yt_dlp_info").glob("*.json"))
    info = json.loads(path.read_text())
    kept = metadata.trim(info)
    assert [kept[name] for name in ("chapters", "heatmap", "tags")] == [
        info[name] for name in ("chapters", "heatmap", "tags")
    ]
    assert kept["subtitles"].keys() == info["subtitles"].keys()
    assert len(json.dumps(kept)) < path.stat().st_size / 5


@pytest.mark.parametrize(
    ("playability", "details"),
    [
        ({"status": "UNPLAYABLE", "reason": "Join this channel to get access to members-only content"}, {}),
        ({"status": "LIVE_STREAM_OFFLINE", "reason": "Premieres in 3 days"}, {"isUpcoming": True}),
        ({"status": "OK"}, {"isLive": True, "isLiveContent": True}),
    ],
)
def test_what_cannot_be_played_says_what_it_is_all_the_same(world, playability, details):
    world.lecture.playability, world.lecture.details = playability, details
    (event,) = describe(world, VIDEO_ID)
    assert event.info["title"] == "Lecture"


def test_one_that_is_gone_costs_no_other(world):
    world.site.lectures["lecture-002"] = media.Lecture(audio=b"a")
    gone, described = describe(world, "lecture-404", "lecture-002")
    assert (gone.reason, gone.video_id) == ("gone", "lecture-404")
    assert described.info["id"] == "lecture-002"


@pytest.mark.parametrize(
    ("reason", "words"),
    [("bot_check", "Sign in to confirm you\u2019re not a bot"), ("gone", "Private video")],
)
def test_what_says_nothing_of_itself_is_a_failure(world, reason, words):
    world.lecture.playability = {"status": "LOGIN_REQUIRED", "reason": words}
    (event,) = describe(world, VIDEO_ID)
    assert event.reason == reason


def test_a_playlist_lists_its_videos_without_asking_for_each(world):
    world.site.playlists["PL1234"] = [VIDEO_ID, "lecture-404"]
    event = list_entries(world, "https://www.youtube.com/playlist?list=PL1234")
    assert (event.info["id"], event.info["title"]) == ("PL1234", "A course")
    assert event.info["entries"] == [
        {"id": VIDEO_ID, "title": "Lecture", "duration": 9},
        {"id": "lecture-404", "title": "[Private video]"},
    ]
    assert world.site.paths("/watch") == []


def test_a_listing_ends_where_it_is_told_to(world):
    world.site.playlists["PL1234"] = [VIDEO_ID, "lecture-404"]
    event = list_entries(world, "https://www.youtube.com/playlist?list=PL1234", most_entries=1)
    assert [entry["id"] for entry in event.info["entries"]] == [VIDEO_ID]


def test_a_handle_leads_to_the_channels_id(world):
    assert list_entries(world, "https://www.youtube.com/@ada/videos").info["channel_id"] == media.CHANNEL_ID


def test_a_channel_that_is_not_there_is_gone(world):
    assert list_entries(world, "https://www.youtube.com/@nobody/videos").reason == "gone"


def test_too_many_requests_end_a_listing(world):
    world.site.refusal = 429
    assert list_entries(world, "https://www.youtube.com/playlist?list=PL1234").reason == "rate_limited"

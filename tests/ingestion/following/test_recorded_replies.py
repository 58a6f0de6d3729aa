"""What others recorded of the real API, served again page by page: all of it lands."""

import pytest

from ingestion.models import Availability, Enquiry, RawRecord, RunState, Video
from tests.emulators import youtube_world

LISTED = {
    "PLY8oqmcCzyWzYKPWduMKXMpCmQCdECjSa": 22,
    "PLOU2XLYxmsIJXsH2htG1g0NUjHGq62Q7i": 3,
    "PLOU2XLYxmsIKpaV8h0AGE05so0fAwwfTw": 13,
}
CHANNEL_ID = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
DISCUSSED = "F1UP7wRCPH8"


@pytest.fixture
def recorded(emulator, shared_data):
    emulator.world = youtube_world.read_replies(shared_data / "youtube_api")
    for playlist_id in LISTED:
        emulator.world.playlists.setdefault(
            playlist_id, {"kind": "youtube#playlist", "id": playlist_id, "snippet": {"title": playlist_id}}
        )
    return emulator.world


def test_every_recorded_playlist_item_lands_the_private_ones_too(recorded, follow, pull):
    for playlist_id, count in LISTED.items():
        run = pull(follow(playlist_id))
        assert (run.state, run.error, run.rejected_count) == (RunState.DONE, "", 0)
        assert len(recorded.listings[playlist_id]) == count
    landed = RawRecord.objects.filter(kind="playlist_item")
    assert landed.count() == sum(LISTED.values())
    assert Video.objects.filter(availability=Availability.PRIVATE).exists()
    by_id = {item["id"]: item for items in recorded.listings.values() for item in items}
    for record in landed:
        known = by_id[record.external_id]
        assert record.payload["snippet"] == known["snippet"]
        assert record.payload.get("contentDetails") == known.get("contentDetails")


def test_every_recorded_video_lands_as_it_was_recorded(recorded, follow, pull, ask):
    for video_id in recorded.videos:
        pull(follow(video_id))
    run = ask()
    assert (run.error, run.rejected_count) == ("", 0)
    landed = {record.external_id: record.payload for record in RawRecord.objects.filter(kind="video")}
    private = {
        each
        for each, video in recorded.videos.items()
        if video.get("status", {}).get("privacyStatus") == "private"
    }
    assert landed.keys() == recorded.videos.keys() - private
    for video_id, payload in landed.items():
        asked = payload.keys() - {"etag"}
        assert {name: payload[name] for name in asked} == {name: recorded.videos[video_id][name] for name in asked}


def test_a_recorded_channel_and_its_comments_land(recorded, emulator, follow, pull, ask):
    recorded.listings[youtube_world.uploads_of(CHANNEL_ID)] = [DISCUSSED]
    recorded.add_video(youtube_world.invent_video(DISCUSSED, channel_id=CHANNEL_ID, channel_title="Developers"))
    subscription = follow(CHANNEL_ID, wants_comments=True)
    pull(subscription)
    subscription.refresh_from_db()
    assert subscription.title == "Google Developers"
    ask()
    threads = RawRecord.objects.filter(kind="comment_thread", video_id=DISCUSSED)
    assert threads.count() == len({thread["id"] for thread in recorded.threads[DISCUSSED]}) > 0
    assert not Enquiry.objects.exclude(error="").exists()

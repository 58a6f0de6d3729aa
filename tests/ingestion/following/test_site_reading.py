"""What is followed without a key, with the real yt-dlp in its process, as far as the course."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from ingestion import locks
from ingestion.following import wanting
from ingestion.models import (
    AudioFetch,
    AvailabilityChange,
    Course,
    Enquiry,
    FetchReason,
    IngestionRun,
    Listing,
    RawRecord,
    RunState,
    Subscription,
    Video,
)
from ingestion.sources import yt_dlp_site
from tests.config.replays import lose_database, run_replay
from tests.emulators import media
from tests.ingestion.extraction.conftest import VIDEO_ID, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

PLAYLIST_ID = "PL0123456789"


@pytest.fixture(autouse=True)
def listed(world, settings):
    """A second lecture, and a list of both and of one that is private."""
    settings.YOUTUBE_API_KEY = ""
    world.site.lectures["lecture-002"] = media.Lecture(audio=b"a", title="Second", seconds=900)
    world.site.playlists[PLAYLIST_ID] = [VIDEO_ID, "lecture-002", "lecture-404"]
    world.site.playlists[media.CHANNEL_ID.replace("UC", "UU", 1)] = ["lecture-002", VIDEO_ID]


def test_a_playlist_is_followed_as_with_a_key(follow, pull, course):
    subscription = follow(PLAYLIST_ID)
    run = pull(subscription)
    subscription.refresh_from_db()
    assert (run.source, run.state, subscription.title) == ("yt_dlp", RunState.DONE, "A course")
    assert Enquiry.objects.get(video__video_id="lecture-404").error == "Video unavailable"
    assert Listing.objects.count() == 3
    assert set(course.videos.values_list("video_id", flat=True)) == {VIDEO_ID, "lecture-002"}
    assert AudioFetch.objects.count() == 2
    assert RawRecord.objects.filter(source="yt_dlp", kind="info").count() == 2


CHANGE = ("video__video_id", "availability", "reason", "observed_at")
REFUSED = {
    "private": ({"status": "LOGIN_REQUIRED", "reason": "Private video"}, {}),
    "deleted": ({"status": "ERROR", "reason": "This video has been removed by the uploader"}, {}),
    "members_only": (
        {"status": "UNPLAYABLE", "reason": "Join this channel to get access to members-only content"},
        {},
    ),
    "age_limited": ({"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm your age"}, {}),
    "region_blocked": (
        {"status": "UNPLAYABLE", "reason": "The uploader has not made this video available in your country"},
        {},
    ),
    "upcoming": (
        {"status": "LIVE_STREAM_OFFLINE", "reason": "Premieres in 3 days"},
        {"isUpcoming": True, "isLiveContent": True},
    ),
}


def test_of_each_video_that_is_not_to_be_had_the_reason_and_the_next_attempt_are_noted(world, follow, pull, clock):
    for availability, (playability, details) in REFUSED.items():
        lecture = media.Lecture(audio=b"a", title=availability, playability=playability, details=details)
        world.site.lectures[availability[:11].ljust(11, "-")] = lecture
    world.site.playlists[PLAYLIST_ID] = [each[:11].ljust(11, "-") for each in REFUSED]
    subscription = follow(PLAYLIST_ID)
    pull(subscription)
    for availability, (playability, _details) in REFUSED.items():
        video = Video.objects.get(video_id=availability[:11].ljust(11, "-"))
        change = AvailabilityChange.objects.get(video=video)
        assert (video.availability, change.availability) == (availability, availability)
        assert playability["reason"] in change.reason
        due_at = Enquiry.objects.get(video=video, kind="details").due_at
        assert timedelta(hours=1) < due_at - clock.now < timedelta(days=8)
    history = list(AvailabilityChange.objects.order_by("video__video_id").values_list(*CHANGE))
    lose_database()
    run_replay()
    assert list(AvailabilityChange.objects.order_by("video__video_id").values_list(*CHANGE)) == history


def test_what_can_be_had_again_is_there_again(world, follow, pull, clock):
    subscription = follow(PLAYLIST_ID)
    world.lecture.playability = REFUSED["private"][0]
    world.site.lectures["lecture-002"].playability = REFUSED["region_blocked"][0]
    pull(subscription)
    for lecture in world.site.lectures.values():
        lecture.playability, lecture.details = media.PLAYABLE, {}
    clock.go_on(days=8)
    pull(subscription)
    assert list(Video.objects.order_by("video_id").values_list("availability", flat=True)) == [
        "public",
        "public",
        "deleted",
    ]


def test_pulled_again_only_the_list_is_read_and_later_what_was_refused(world, follow, pull, clock):
    subscription = follow(PLAYLIST_ID)
    pull(subscription)
    asked = len(world.site.paths("/watch"))
    clock.go_on(hours=1)
    Subscription.objects.update(next_pull_at=clock())
    assert pull(subscription).record_count == 0
    assert len(world.site.paths("/watch")) == asked
    assert Enquiry.objects.get(video__video_id="lecture-404").attempt_count == 1
    clock.go_on(days=1)
    pull(subscription)
    assert Enquiry.objects.get(video__video_id="lecture-404").attempt_count == 2


def test_what_a_list_says_of_a_video_keeps_it_from_being_asked_about(world, follow, pull, course):
    pull(follow(PLAYLIST_ID, shortest_seconds=600))
    assert Listing.objects.get(video__video_id=VIDEO_ID).reason == wanting.TOO_SHORT
    assert [VIDEO_ID in path for path in world.site.paths("/watch")].count(True) == 0
    assert course.videos.get().video_id == "lecture-002"


def test_a_channel_and_one_video(follow, pull, course):
    channel, video = follow("@ada"), follow(VIDEO_ID)
    pull(channel)
    channel.refresh_from_db()
    assert channel.external_id == media.CHANNEL_ID
    assert channel.listings.count() == 2
    assert pull(video).state == RunState.DONE
    assert video.listings.get().is_wanted


def test_the_same_channel_by_another_name_is_paused(follow, pull):
    pull(follow("@ada"))
    twin = follow(media.CHANNEL_ID)
    pull(twin)
    twin.refresh_from_db()
    assert twin.is_paused


def test_a_site_that_tells_nothing_fails_the_run_and_is_tried_again(follow, pull, clock):
    subscription = follow("PLnobodyhasit")
    run = pull(subscription)
    subscription.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, subscription.error)
    assert subscription.error
    assert subscription.next_pull_at > clock.now + timedelta(minutes=10)


def test_a_run_that_fails_again_is_the_same_and_done_in_the_end(world, follow, pull, clock, monkeypatch):
    subscription = follow(PLAYLIST_ID)
    failing = yt_dlp_site.SiteError(FetchReason.BOT_CHECK, "Sign in to confirm you're not a bot.")
    waits = []

    def refuse(self):
        raise failing

    monkeypatch.setattr(yt_dlp_site.YtDlpSite, "_list", refuse)
    for _number in range(4):
        assert pull(subscription).state == RunState.FAILED
        subscription.refresh_from_db()
        waits.append(round((subscription.next_pull_at - clock.now) / timedelta(minutes=15)))
        clock.now = subscription.next_pull_at
    assert waits == [1, 2, 4, 8]
    monkeypatch.undo()
    assert pull(subscription).state == RunState.DONE
    assert (IngestionRun.objects.get().error, Listing.objects.count()) == ("", 3)


def test_a_list_that_was_read_is_done_though_its_videos_tell_nothing(follow, pull, monkeypatch):
    def refuse(self, video_ids, *, listing=None):
        raise yt_dlp_site.SiteError(FetchReason.BOT_CHECK, "Sign in to confirm you're not a bot.")

    monkeypatch.setattr(yt_dlp_site.YtDlpSite, "_describe", refuse)
    run = pull(follow(PLAYLIST_ID))
    assert (run.state, "not a bot" in run.error, Listing.objects.count()) == (RunState.DONE, True, 3)


def test_while_another_process_lists_it_waits_a_minute(follow, pull, clock, monkeypatch):
    subscription = follow(PLAYLIST_ID)

    def busy(self):
        raise locks.AlreadyRunningError("busy")
        yield

    monkeypatch.setattr(yt_dlp_site.YtDlpSite, "read", busy)
    pull(subscription)
    subscription.refresh_from_db()
    assert subscription.next_pull_at - clock.now <= timedelta(minutes=1)
    monkeypatch.undo()
    clock.go_on(minutes=2)
    assert pull(subscription).page_count == 3
    assert IngestionRun.objects.count() == 1


def test_ingest_says_why_one_video_is_not_to_be_had(world):
    world.lecture.playability = {"status": "UNPLAYABLE", "reason": "Words that nobody has seen"}
    with pytest.raises(CommandError, match=r"Words that nobody has seen.* It is followed all the same"):
        call_command("ingest", "--", VIDEO_ID, stdout=io.StringIO(), stderr=io.StringIO())
    world.lecture.playability = {"status": "LOGIN_REQUIRED", "reason": "Private video"}
    Enquiry.objects.update(due_at="2026-01-01T00:00Z")
    with pytest.raises(CommandError, match="is private: Private video"):
        call_command("ingest", "--", VIDEO_ID, stdout=io.StringIO(), stderr=io.StringIO())


def test_ingest_names_the_setting_and_reads_the_pages_instead():
    out, err = io.StringIO(), io.StringIO()
    call_command("ingest", PLAYLIST_ID, stdout=out, stderr=err)
    assert "YOUTUBE_API_KEY" in err.getvalue()
    assert "3 videos listed, 2 wanted" in out.getvalue()
    assert Course.objects.get().title == "A course"
    assert Video.objects.exclude(title="").count() == 2

"""The real yt-dlp against the emulated site, in this process."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from ingestion.extraction import download, room, site
from ingestion.extraction.messages import Access, Failed, Fetched, Progress
from tests.emulators import media
from tests.ingestion.extraction.conftest import VIDEO_ID, WEBVTT

pytestmark = pytest.mark.usefixtures("closed")

BOT = {"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm you\u2019re not a bot"}
PRIVATE = {"status": "LOGIN_REQUIRED", "reason": "Private video"}
ABROAD = {
    "status": "UNPLAYABLE",
    "reason": "Video unavailable",
    "errorScreen": {
        "playerErrorMessageRenderer": {
            "reason": {"simpleText": "Video unavailable"},
            "subreason": {"simpleText": "The uploader has not made this video available in your country"},
        }
    },
}
ADULT = {"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm your age"}
MEMBERS = {
    "status": "UNPLAYABLE",
    "reason": "Join this channel to get access to members-only content like this video",
}
AHEAD = {"status": "LIVE_STREAM_OFFLINE", "reason": "Premieres in 3 days"}
BROKEN = {"status": "ERROR", "reason": "This content isn't available, try again later"}
COOKIES = (
    "# Netscape HTTP Cookie File\n"
    ".youtube.com\tTRUE\t/\tTRUE\t4102444800\tLOGIN_INFO\tsecret\n"
    ".youtube.com\tTRUE\t/\tTRUE\t4102444800\tSAPISID\tsecret\n"
)


def run(order):
    """Return what a download tells, signs of life left out."""
    events = []
    download.fetch(order, emit=events.append, sleep=lambda seconds: None)
    return [event for event in events if isinstance(event, Fetched | Failed | Progress)]


def ended(order):
    """Return what came of it."""
    return [event for event in run(order) if not isinstance(event, Progress)]


def test_the_audio_comes_byte_for_byte_under_a_name_of_our_own(world, folder):
    *progress, last = run(world.order(folder))
    assert last == Fetched("audio", str(folder / "audio.webm"))
    assert (folder / "audio.webm").read_bytes() == world.lecture.audio
    assert progress[-1] == Progress(len(world.lecture.audio), len(world.lecture.audio))
    assert [path.name for path in folder.iterdir()] == ["audio.webm"]


@pytest.mark.parametrize(
    ("playability", "reason"),
    [
        (BOT, "bot_check"),
        (PRIVATE, "gone"),
        (ABROAD, "region_blocked"),
        (ADULT, "age_limited"),
        (MEMBERS, "members_only"),
        (BROKEN, "rate_limited"),
        ({"status": "ERROR", "reason": "Video unavailable"}, "gone"),
        ({"status": "UNPLAYABLE", "reason": "Words nobody has seen"}, "unknown"),
    ],
)
def test_what_the_player_says_is_named(world, folder, playability, reason):
    world.lecture.playability = playability
    (failure,) = ended(world.order(folder))
    assert (failure.reason, failure.video_id) == (reason, VIDEO_ID)
    assert failure.error and "https://" not in failure.error


def test_what_is_ahead_says_when_it_begins(world, folder):
    world.lecture.playability = AHEAD
    world.lecture.details = {"isUpcoming": True, "isLiveContent": True}
    world.lecture.microformat = {"liveBroadcastDetails": {"startTimestamp": "2026-12-01T18:00:00+00:00"}}
    (failure,) = ended(world.order(folder))
    assert (failure.reason, failure.starts_at) == ("upcoming", 1796148000)


@pytest.mark.parametrize("details", [{"isLive": True, "isLiveContent": True}, {"isPostLiveDvr": True}])
def test_what_is_live_is_not_recorded(world, folder, details):
    world.lecture.details = details
    (failure,) = ended(world.order(folder))
    assert failure.reason == "live"
    assert world.site.paths("/videoplayback") == []


def test_too_many_requests_are_named_though_only_a_warning_tells(world, folder):
    world.site.refusal = 429
    (failure,) = ended(world.order(folder))
    assert failure.reason == "rate_limited"


def test_cookies_that_the_site_takes_back_have_expired(world, folder):
    world.site.withdraws_cookies = True
    world.lecture.playability = BOT
    access = Access(loopback=world.site.address, cookies=COOKIES)
    (failure,) = ended(world.order(folder, access=access))
    assert failure.reason == "cookies_expired"
    assert "LOGIN_INFO=secret" in world.site.requests[0].headers["Cookie"]


def test_a_cookies_file_that_is_none_waits_for_another(world, folder):
    access = Access(loopback=world.site.address, cookies="no cookies at all")
    (failure,) = ended(world.order(folder, access=access))
    assert failure.reason == "cookies_expired"
    assert world.site.requests == []


def test_a_connection_that_is_cut_goes_on_where_it_was(world, folder):
    world.lecture.media_faults = [media.Fault(cut_at=20_000), media.Fault(cut_at=10_000)]
    assert ended(world.order(folder)) == [Fetched("audio", str(folder / "audio.webm"))]
    assert (folder / "audio.webm").read_bytes() == world.lecture.audio
    ranges = [each.headers["Range"].partition("-")[0] for each in world.site.requests if "Range" in each.headers]
    assert ranges == ["bytes=0", "bytes=20000", "bytes=30000"]


def test_a_connection_that_is_cut_again_and_again_is_named(world, folder):
    world.lecture.media_faults = [media.Fault(cut_at=0, times=99)]
    (failure,) = ended(world.order(folder))
    assert failure.reason == "network"


@pytest.mark.parametrize(("status", "reason"), [(403, "network"), (429, "rate_limited"), (503, "network")])
def test_media_that_is_refused_is_named(world, folder, status, reason):
    world.lecture.media_faults = [media.Fault(status=status, times=99)]
    (failure,) = ended(world.order(folder))
    assert failure.reason == reason


def test_a_file_shorter_than_the_lecture_is_not_taken_for_it(world, folder):
    world.lecture.seconds = 60
    (failure,) = ended(world.order(folder))
    assert (failure.reason, failure.error) == ("wrong_length", "60 s were announced, 9 s have come.")


def test_where_the_site_names_no_length_that_of_the_catalogue_counts(world, folder):
    world.lecture.seconds = 0
    assert ended(world.order(folder, expected_seconds=9.0))[0].kind == "audio"
    shutil.rmtree(folder)
    folder.mkdir()
    (failure,) = ended(world.order(folder, expected_seconds=60.0))
    assert failure.reason == "wrong_length"


def test_what_holds_no_sound_is_named(world, folder):
    world.lecture.audio = b"<html>sorry</html>" * 100
    (failure,) = ended(world.order(folder))
    assert failure.reason == "no_audio"


def test_where_there_is_nothing_to_download_it_says_so(world, folder):
    world.lecture.audio = b""
    (failure,) = ended(world.order(folder))
    assert failure.reason in {"no_audio", "unknown"}
    assert world.site.paths("/videoplayback") == []


def test_a_file_that_would_fill_the_disk_is_not_begun(world, folder):
    world.lecture.announced_bytes = 10**15
    (failure,) = ended(world.order(folder))
    assert failure.reason == "disk_full"
    assert world.site.paths("/videoplayback") == []


def test_a_disk_that_fills_up_meanwhile_ends_it(world, folder, monkeypatch):
    free = iter([10**9, 10**9] + [0] * 99)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: usage(10**9, 0, next(free)))
    (failure,) = ended(world.order(folder, least_free_bytes=10**6))
    assert failure.reason == "disk_full"
    assert len(world.site.paths("/videoplayback")) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_disk_that_is_full_in_the_middle_of_a_write_is_named(world, folder):
    (folder / "audio.webm.part").symlink_to("/dev/full")
    (failure,) = ended(world.order(folder))
    assert failure.reason == "disk_full"


def test_captions_come_in_the_original_and_the_wanted_languages_alone(world, folder):
    world.lecture.language = "pt-BR"
    world.lecture.has_automatic_captions = True
    world.lecture.captions = dict.fromkeys(("ar", "de-DE", "en", "pt-BR", "zh"), WEBVTT)
    events = ended(world.order(folder, languages=("en", "de", "fr")))
    assert [event.language for event in events if event.kind == "captions"] == ["de-DE", "en", "pt-BR"]
    assert len(world.site.paths("/api/timedtext")) == 3
    assert (folder / "captions.pt-BR.vtt").read_text() == WEBVTT


def test_the_only_captions_there_are_are_the_original_ones(world, folder):
    world.lecture.captions = {"es": WEBVTT}
    assert [event.language for event in ended(world.order(folder))] == ["", "es"]


def test_of_a_lecture_that_was_dubbed_the_original_comes(world, folder):
    world.lecture.language, world.lecture.dubbed = "pt-BR", ("de", "en")
    world.lecture.captions = dict.fromkeys(("de", "en", "pt-BR"), WEBVTT)
    assert [event.language for event in ended(world.order(folder))] == ["", "pt-BR"]
    assert ["track=0" in path for path in world.site.paths("/videoplayback")] == [True]


def test_what_is_here_already_is_not_asked_for_again(world, folder):
    world.lecture.language = "en"
    world.lecture.captions = dict.fromkeys(("en", "pt"), WEBVTT)
    order = world.order(folder, wants_audio=False, languages=("pt",), held_languages=("en",))
    assert [(event.kind, event.language) for event in ended(order)] == [("captions", "pt")]
    assert world.site.paths("/videoplayback") == []


@pytest.mark.parametrize("text", ["", "<html>sorry</html>"])
def test_captions_that_are_none_cost_neither_the_audio_nor_the_other_captions(world, folder, text):
    world.lecture.language = "en"
    world.lecture.captions = {"en": text, "pt": WEBVTT}
    audio, failure, captions = ended(world.order(folder, languages=("pt",)))
    assert (audio.kind, failure.kind, captions.language) == ("audio", "captions", "pt")
    assert failure.error == "The captions in en came empty."


def test_captions_refused_for_too_many_requests_are_named(world, folder):
    world.lecture.captions = {"en": WEBVTT}
    world.lecture.caption_faults = [media.Fault(status=429, times=9)]
    audio, failure = ended(world.order(folder))
    assert (audio.kind, failure.kind, failure.reason) == ("audio", "captions", "rate_limited")


def test_it_waits_before_each_video_and_before_captions(world, folder):
    waited = []
    world.lecture.captions = {"en": WEBVTT}
    access = Access(loopback=world.site.address, sleep_seconds=0.02)
    download.fetch(world.order(folder, access=access), emit=lambda event: None, sleep=waited.append)
    assert waited == [0.02 * site.CAPTIONS_SHARE]


def test_rates_and_waits_are_yt_dlps_own(world):
    access = Access(sleep_seconds=10, bytes_per_second=1000)
    params = site.Site(access, emit=lambda event: None).params
    assert (params["ratelimit"], params["sleep_interval"], params["max_sleep_interval"]) == (1000, 10, 20)
    assert params["sleep_interval_requests"] == pytest.approx(0.75)
    pause = params["retry_sleep_functions"]["http"]
    assert [round(pause(n), 2) for n in (1, 2, 9)] == [1.5, 3.0, site.LONGEST_RETRY_SECONDS]

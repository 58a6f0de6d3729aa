"""One attempt, with the real yt-dlp in its process, and the row and the lake after it."""

import errno
from datetime import timedelta

import pytest

from ingestion import media as media_files
from ingestion.audio import attempts, claims, delays, scratch
from ingestion.extraction import process, room
from ingestion.lake import lake
from ingestion.models import Availability, Enquiry, EnquiryKind, MediaFile, Video
from tests.emulators import media
from tests.ingestion.audio.conftest import NOON, abandon, fetch, want
from tests.ingestion.extraction.conftest import WEBVTT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_is_left_behind(world):
    yield
    assert not scratch.root().exists() or list(scratch.root().iterdir()) == []


def in_lake(folder):
    """The names of all objects, half written ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_audio_and_captions_come_into_the_lake_with_their_rows(world, clock, lake_dir):
    world.lecture.captions = {"en": WEBVTT}
    row = fetch(want(), clock)
    assert (row.state, row.reason, row.error, row.attempt_count) == ("done", "", "", 1)
    assert (row.finished_at, row.attempted_at, row.lease_expires_at) == (NOON, NOON, None)
    captions, audio = MediaFile.objects.order_by("-kind")
    assert (audio.kind, audio.language, audio.byte_count) == ("audio", "", len(world.lecture.audio))
    assert (captions.kind, captions.language) == ("captions", "en")
    with lake().open(audio.lake_key) as stored:
        assert stored.read() == world.lecture.audio
    assert in_lake(lake_dir) == sorted([audio.lake_key, captions.lake_key])


def test_run_twice_it_is_fetched_once(world, clock, lake_dir):
    row = fetch(want(), clock)
    before, asked = in_lake(lake_dir), len(world.site.requests)
    fetch(row, clock)
    assert (row.attempt_count, len(world.site.requests), in_lake(lake_dir)) == (1, asked, before)
    assert MediaFile.objects.count() == 1


def test_audio_that_a_folder_brought_is_not_fetched_again(world, clock):
    row = want()
    MediaFile.objects.create(video=row.video, kind="audio", lake_key="a", sha256="b", byte_count=1)
    world.lecture.captions = {"en": WEBVTT}
    fetch(row, clock)
    assert row.state == "done"
    assert world.site.paths("/videoplayback") == []
    assert MediaFile.objects.filter(kind="captions").count() == 1


@pytest.mark.parametrize(
    ("playability", "reason"),
    [
        ({"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm you\u2019re not a bot"}, "bot_check"),
        ({"status": "LOGIN_REQUIRED", "reason": "Private video"}, "gone"),
        ({"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm your age"}, "age_limited"),
        (
            {"status": "UNPLAYABLE", "reason": "Join this channel to get access to members-only content"},
            "members_only",
        ),
        ({"status": "UNPLAYABLE", "reason": "Words that nobody has seen"}, "unknown"),
    ],
)
def test_what_was_not_had_waits_with_its_reason(world, clock, lake_dir, playability, reason):
    world.lecture.playability = playability
    row = fetch(want(), clock)
    assert (row.state, row.reason) == ("pending", reason)
    assert row.error
    assert row.next_attempt_at == NOON + delays.RULES[reason].delays[0]
    assert (row.attempted_at, row.lease_expires_at, row.finished_at) == (NOON, None, None)
    assert in_lake(lake_dir) == []


@pytest.mark.parametrize(("reason", "is_asked"), [("Private video", True), ("Words that nobody has seen", False)])
def test_a_video_that_is_not_shown_is_asked_about_at_once(world, clock, reason, is_asked):
    world.lecture.playability = {"status": "LOGIN_REQUIRED", "reason": reason}
    row = want()
    details = Enquiry.objects.create(video=row.video, kind=EnquiryKind.DETAILS, due_at=NOON + timedelta(days=9))
    other = Enquiry.objects.create(video=row.video, kind=EnquiryKind.COMMENTS, due_at=NOON + timedelta(days=9))
    fetch(row, clock)
    details.refresh_from_db()
    other.refresh_from_db()
    assert (details.due_at == NOON, other.due_at == NOON) == (is_asked, False)


def test_a_worker_killed_before_it_asks_about_a_gone_video_has_noted_nothing(world, clock, monkeypatch):
    world.lecture.playability = {"status": "LOGIN_REQUIRED", "reason": "Private video"}
    row = want()

    def die(**_wanted):
        raise SystemExit

    monkeypatch.setattr(Enquiry.objects, "filter", die)
    with pytest.raises(SystemExit):
        fetch(row, clock)
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempted_at) == ("running", "", None)


def test_the_delay_is_spread(world, clock):
    world.site.refusal = 429
    row = fetch(want(), clock, jitter=0.5)
    assert row.next_attempt_at == NOON + timedelta(minutes=15) * 1.1


def test_a_premiere_is_tried_when_it_begins(world, clock):
    world.lecture.playability = {"status": "LIVE_STREAM_OFFLINE", "reason": "Premieres in 5 days"}
    world.lecture.details = {"isUpcoming": True, "isLiveContent": True}
    world.lecture.microformat = {"liveBroadcastDetails": {"startTimestamp": "2026-12-01T18:00:00+00:00"}}
    row = fetch(want(), clock)
    assert (row.reason, f"{row.next_attempt_at:%F %R}") == ("upcoming", "2026-12-01 18:01")


def test_what_is_live_is_tried_in_an_hour(world, clock):
    world.lecture.details = {"isLive": True, "isLiveContent": True}
    row = fetch(want(), clock)
    assert (row.reason, row.next_attempt_at) == ("live", NOON + timedelta(hours=1))


def test_what_fails_again_and_again_is_refused_in_the_end(world, clock):
    world.lecture.playability = {"status": "ERROR", "reason": "Video unavailable"}
    row, waits = want(), []
    while row.state == "pending":
        clock.now = max(clock.now, row.next_attempt_at)
        fetch(row, clock)
        waits.append((row.next_attempt_at - clock()).days)
    assert (row.state, row.reason, row.failure_count, row.attempt_count) == ("refused", "gone", 4, 4)
    assert (waits[:3], row.finished_at) == ([3, 10, 30], clock())


def test_what_the_site_refuses_everyone_is_never_given_up(world, clock):
    world.site.refusal = 429
    row = want()
    for _ in range(5):
        fetch(row, clock)
        clock.now = row.next_attempt_at
    assert (row.state, row.failure_count, row.attempt_count) == ("pending", 0, 5)
    world.site.refusal = 0
    assert fetch(row, clock).state == "done"


def test_once_it_has_come_earlier_failures_are_forgotten(world, clock):
    world.lecture.seconds = 60
    row = fetch(want(), clock)
    assert (row.reason, row.failure_count, row.error) == (
        "wrong_length",
        1,
        "60 s were announced, 9 s have come.",
    )
    world.lecture.seconds = 9
    clock.now = row.next_attempt_at
    fetch(row, clock)
    assert (row.state, row.reason, row.error, row.failure_count) == ("done", "", "", 0)


def test_captions_that_were_refused_are_tried_again_without_the_audio(world, clock):
    world.lecture.captions = {"en": WEBVTT}
    world.lecture.caption_faults = [media.Fault(status=429)]
    row = fetch(want(), clock)
    assert (row.state, row.reason) == ("pending", "rate_limited")
    assert MediaFile.objects.get().kind == "audio"
    clock.now = row.next_attempt_at
    fetch(row, clock)
    assert row.state == "done"
    assert MediaFile.objects.count() == 2
    assert len(world.site.paths("/videoplayback")) == 1


def test_captions_that_never_come_do_not_keep_a_lecture_open(world, clock):
    world.lecture.captions = {"en": ""}
    row = want()
    while row.state == "pending":
        clock.now = max(clock.now, row.next_attempt_at)
        fetch(row, clock)
    assert (row.state, row.error) == ("done", "The captions in en came empty.")
    assert MediaFile.objects.get().kind == "audio"


def test_a_disk_that_is_full_is_found_before_anyone_is_asked(world, clock, settings):
    settings.YT_DLP_LEAST_FREE_MIB = 10**12
    row = fetch(want(), clock)
    assert (row.state, row.reason, world.site.requests) == ("pending", "disk_full", [])


def test_a_huge_file_is_not_begun(world, clock):
    world.lecture.announced_bytes = 10**15
    row = fetch(want(), clock)
    assert (row.reason, world.site.paths("/videoplayback")) == ("disk_full", [])
    assert "a file of 1907348632 MiB is announced" in row.error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_lake_that_is_full_is_named_and_nothing_has_landed(world, clock, lake_dir, monkeypatch, number):
    def fill(*arguments, **options):
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(media_files, "keep_file", fill)
    row = fetch(want(), clock)
    assert (row.state, row.reason, row.error) == ("pending", "disk_full", "No space left on device")
    assert (MediaFile.objects.count(), in_lake(lake_dir)) == (0, [])


def test_what_has_no_name_is_noted_and_raised(world, clock, monkeypatch):
    def break_down(*arguments, **options):
        raise RuntimeError("the lake is on fire")

    monkeypatch.setattr(media_files, "keep_file", break_down)
    row = want()
    with pytest.raises(RuntimeError):
        fetch(row, clock)
    row.refresh_from_db()
    assert (row.state, row.reason, row.error) == ("pending", "unknown", "the lake is on fire")


def test_a_process_that_hangs_costs_one_attempt(world, clock, monkeypatch):
    monkeypatch.setattr(attempts, "LIMITS", process.Limits(whole_seconds=0))
    row = fetch(want(), clock)
    assert (row.reason, row.error) == ("network", "It was not done after 0 s.")


def test_a_cookies_file_that_is_missing_is_waited_for(world, clock, settings, tmp_path):
    settings.YT_DLP_COOKIES_FILE = str(tmp_path / "cookies.txt")
    row = fetch(want(), clock)
    assert (row.state, row.reason, world.site.requests) == ("pending", "cookies_expired", [])


@pytest.mark.parametrize("video_id", ["lecture-01", "https://127.0.0.1", "../../etc/passwd"])
def test_an_id_that_is_none_of_youtubes_leads_nowhere(world, clock, video_id):
    row = fetch(want(video_id), clock)
    assert (row.reason, world.site.requests) == ("forbidden_address", [])


def test_a_video_removed_meanwhile_leaves_nothing(world, clock, lake_dir, monkeypatch):
    row = want()
    make_order = attempts.Attempt._make_order

    def remove_first(attempt, folder):
        order = make_order(attempt, folder)
        Video.objects.update(availability=Availability.REMOVED, removed_at=NOON)
        return order

    monkeypatch.setattr(attempts.Attempt, "_make_order", remove_first)
    fetch(row, clock)
    assert (MediaFile.objects.count(), in_lake(lake_dir)) == (0, [])


def test_one_who_has_lost_the_claim_lands_nothing(world, clock, lake_dir, monkeypatch):
    row = want()
    abandon(row, clock)
    claim = claims.take(video_pk=row.video_id, now=clock())
    clock.pass_time(minutes=3)
    claims.take(video_pk=row.video_id, now=clock())
    with pytest.raises(claims.ClaimLostError):
        attempts.Attempt(claim=claim, clock=clock).run()
    assert (MediaFile.objects.count(), in_lake(lake_dir)) == (0, [])


def test_the_lease_is_renewed_for_as_long_as_it_goes_on(world, clock, monkeypatch):
    monkeypatch.setattr(process, "BEAT_SECONDS", 0.01)
    row, leases = want(), []
    renew = claims.Claim.renew

    def note(claim, *, now):
        renew(claim, now=now)
        leases.append(claim.get().lease_expires_at - now)

    def pass_time():
        clock.pass_time(seconds=5)
        return clock.now

    monkeypatch.setattr(claims.Claim, "renew", note)
    fetch(row, pass_time)
    assert row.state == "done"
    assert len(leases) > 1
    assert set(leases) == {claims.LEASE}


def test_a_claim_that_is_lost_meanwhile_ends_the_download(world, clock, monkeypatch):
    monkeypatch.setattr(process, "BEAT_SECONDS", 0.01)
    fault = media.Fault(hold_at=0)
    world.lecture.media_faults = [fault]
    row = want()

    def pass_time():
        if fault.reached.is_set():
            clock.pass_time(minutes=1)
            type(row).objects.filter(pk=row.pk).update(attempt_count=7)
        return clock.now

    fetch(row, pass_time)
    assert (row.state, row.attempt_count, MediaFile.objects.count()) == ("running", 7, 0)


def test_each_attempt_takes_its_languages_from_the_settings(world, clock, settings):
    settings.YT_DLP_LANGUAGES = ["pt"]
    world.lecture.language = "en"
    world.lecture.captions = dict.fromkeys(("de", "en", "pt-BR"), WEBVTT)
    fetch(want(), clock)
    languages = MediaFile.objects.filter(kind="captions").values_list("language", flat=True)
    assert sorted(languages) == ["en", "pt-BR"]


def test_room_is_what_the_disk_says(tmp_path):
    room.check(tmp_path, least_free_bytes=1)
    with pytest.raises(room.DiskFullError):
        room.check(tmp_path, least_free_bytes=1, wanted_bytes=2**60)

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from ingestion import locks, services
from ingestion.following import enquiries, planning
from ingestion.models import (
    ApiCall,
    AudioFetch,
    Availability,
    AvailabilityChange,
    Enquiry,
    EnquiryKind,
    IngestionRun,
    Listing,
    RawRecord,
    RunState,
    Video,
)
from ingestion.youtube import errors
from tests.emulators import youtube_replies, youtube_world
from tests.emulators.youtube import Fault


@pytest.fixture
def followed(channel, follow, pull):
    """A channel whose 120 videos are listed, and not yet asked about."""
    subscription = follow(channel)
    pull(subscription)
    return subscription


def due_of(video_id, kind="details"):
    return Enquiry.objects.get(video__video_id=video_id, kind=kind).due_at


def replace_video(emulator, video_id, **parts):
    video = emulator.world.videos[video_id]
    emulator.world.add_video({**video, **{name: {**video.get(name, {}), **part} for name, part in parts.items()}})


def drop_video(emulator, video_id):
    videos = emulator.world.videos
    emulator.world.videos = {each: videos[each] for each in videos if each != video_id}


def add_video(emulator, video_id):
    emulator.world.add_video(youtube_world.invent_video(video_id, channel_id="UCx", channel_title="X"))


def test_details_cost_a_unit_for_each_fifty_videos_of_all_subscriptions(emulator, followed, follow, pull, ask):
    emulator.world.playlists["PLcourse00001"] = {"kind": "youtube#playlist", "id": "PLcourse00001", "snippet": {}}
    others = [f"x{number:010d}" for number in range(30)]
    for each in others:
        add_video(emulator, each)
    emulator.world.listings["PLcourse00001"] = others
    pull(follow("PLcourse00001"))
    run = ask()
    assert (run.state, run.error) == (RunState.DONE, "")
    assert emulator.count("videos.list") == 2 + 1
    assert RawRecord.objects.filter(kind="video").count() == 150
    assert Enquiry.objects.filter(kind="details", asked_at=None).count() == 0


def test_the_details_land_and_every_video_is_decided_on(emulator, followed, ask, course):
    ask()
    assert RawRecord.objects.filter(kind="video").count() == 120
    assert Video.objects.exclude(title="").count() == 120
    assert set(Listing.objects.values_list("is_wanted", flat=True)) == {True}
    assert course.videos.count() == AudioFetch.objects.count() == 120


def test_asked_again_at_once_nothing_is_due(emulator, followed, ask):
    ask()
    calls = len(emulator.calls)
    assert ask() is None
    assert len(emulator.calls) == calls


def test_a_batch_that_is_not_full_waits_a_little_for_more(emulator, followed, ask, clock):
    ask(is_patient=True)
    assert emulator.count("videos.list") == 2
    clock.go_on(minutes=2)
    ask(is_patient=True)
    assert emulator.count("videos.list") == 3


def test_the_young_are_looked_at_every_few_minutes_and_the_old_daily(emulator, followed, ask, clock):
    # Published one an hour, the newest six hours ago: 42 are younger than two days.
    ask()
    clock.go_on(minutes=6)
    run = ask()
    assert [call.method for call in run.calls.all()] == ["videos.batchGetStats"]
    assert run.calls.get().item_count == 42
    assert dict(emulator.units)["statistics"] == 1
    assert ask() is None
    clock.go_on(days=1)
    run = ask()
    assert {call.bucket for call in run.calls.all()} == {"statistics"}
    assert sum(call.item_count for call in run.calls.all()) == 120
    assert RawRecord.objects.filter(kind="video_stats").exists()


def test_many_young_videos_are_looked_at_as_often_as_the_units_allow(emulator, followed, ask, clock, settings):
    ask()
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"statistics": 10}
    # Fourteen hours to the reset, one batch a look, one unit in ten kept for others.
    assert planning.young_interval(now=clock.now) == pytest.approx(
        timedelta(hours=14) / 9, abs=timedelta(minutes=1)
    )


def test_a_server_without_the_method_of_statistics_is_asked_for_details(emulator, followed, ask, clock):
    ask()
    emulator.unknown_methods.add("videos.batchGetStats")
    clock.go_on(minutes=6)
    assert [call.method for call in ask().calls.order_by("pk")] == ["videos.batchGetStats", "videos.list"]
    clock.go_on(minutes=6)
    assert [call.method for call in ask().calls.all()] == ["videos.list"]
    assert due_of("v0000000000", "statistics") > clock.now
    clock.go_on(days=1)
    assert "videos.batchGetStats" in {call.method for call in ask().calls.all()}


def test_a_video_gone_at_a_server_without_that_method_is_asked_about_once(emulator, followed, ask, clock):
    ask()
    emulator.unknown_methods.add("videos.batchGetStats")
    drop_video(emulator, "v0000000003")
    clock.go_on(days=1, minutes=1)
    emulator.calls.clear()
    ask()
    asked = Counter(
        ",".join(call.parameters["id"] for call in emulator.calls if call.method == "videos.list").split(",")
    )
    assert len(asked) == 120 and set(asked.values()) == {1}
    assert due_of("v0000000003", "statistics") > clock.now


def test_details_are_refreshed_before_they_are_thirty_days_old(emulator, followed, ask, clock):
    ask()
    clock.go_on(days=24)
    ask()
    assert emulator.count("videos.list") == 3
    clock.go_on(days=1)
    ask()
    assert emulator.count("videos.list") == 6


def test_a_video_left_out_of_the_reply_is_gone_and_asked_for_again(emulator, followed, ask, clock):
    ask()
    drop_video(emulator, "v0000000003")
    clock.go_on(days=26)
    ask()
    video = Video.objects.get(video_id="v0000000003")
    assert video.availability == Availability.DELETED
    change = AvailabilityChange.objects.filter(video=video, availability=Availability.DELETED).get()
    assert "left it out" in change.reason
    assert Video.objects.filter(availability=Availability.DELETED).count() == 1
    assert timedelta(hours=23) < due_of("v0000000003") - clock.now <= timedelta(days=1)
    clock.go_on(days=1)
    ask()
    assert timedelta(hours=47) < due_of("v0000000003") - clock.now <= timedelta(days=2)
    assert AvailabilityChange.objects.filter(video=video).exclude(availability="public").count() == 1


def test_a_video_that_comes_back_is_there_again(emulator, followed, ask, clock):
    ask()
    world = emulator.world.videos
    drop_video(emulator, "v0000000003")
    clock.go_on(days=26)
    ask()
    emulator.world.videos = world
    clock.go_on(days=2)
    ask()
    assert Video.objects.get(video_id="v0000000003").availability == Availability.PUBLIC
    assert due_of("v0000000003") > clock.now + timedelta(days=24)


def test_videos_that_statistics_leave_out_are_doubted_and_their_details_tell(emulator, followed, ask, clock):
    ask()
    drop_video(emulator, "v0000000003")
    left_out = '{"kind": "youtube#batchGetStatsResponse", "items": []}'
    emulator.faults.append(Fault("videos.batchGetStats", status=200, body=left_out, times=9))
    clock.go_on(days=1, hours=1)
    ask()
    assert emulator.count("videos.list") == 3 + emulator.count("videos.batchGetStats")
    assert Video.objects.get(availability=Availability.DELETED).video_id == "v0000000003"


def test_a_video_whose_payload_is_refused_is_not_taken_for_gone(emulator, followed, ask):
    reply = youtube_replies.reply(
        emulator.world, "videos.list", {"id": "v0000000001,v0000000002", "part": "snippet"}
    )
    body = reply[1].replace('"title": "Lecture 1: ', '"title": "\\u0000 ')
    emulator.faults.append(Fault("videos.list", status=200, body=body))
    run = ask()
    assert run.rejected_count == 1
    assert Video.objects.get(video_id="v0000000001").availability == Availability.PUBLIC
    assert Video.objects.get(video_id="v0000000003").availability == Availability.DELETED


def test_a_batch_that_fails_again_and_again_waits_and_the_others_do_not(emulator, followed, ask, clock):
    emulator.faults.append(Fault("videos.list", status=500, times=5))
    run = ask()
    assert run.state == RunState.DONE
    assert "backendError" in run.error
    assert RawRecord.objects.filter(kind="video").count() == 70
    assert Enquiry.objects.exclude(error="").count() == 50
    clock.go_on(minutes=16)
    assert ask().error == ""
    assert RawRecord.objects.filter(kind="video").count() == 120


def test_where_youtube_answers_nothing_any_more_the_others_are_left_for_a_while(
    emulator, channel, follow, pull, ask, clock
):
    emulator.world = youtube_world.invent_world(500)
    pull(follow(channel))
    emulator.faults.append(Fault("videos.list", status=503, times=99))
    run = ask()
    assert (run.state, emulator.count("videos.list")) == (RunState.FAILED, 15)
    assert ask() is None
    emulator.faults.clear()
    clock.go_on(minutes=16)
    assert ask().state == RunState.DONE
    assert not Enquiry.objects.filter(asked_at=None).exists()


def test_videos_that_cannot_be_landed_do_not_hold_up_the_others(emulator, followed, ask, clock, monkeypatch):
    land = services.land

    def land_but_one(page, **options):
        if any(record.video_id == "v0000000001" for record in page.records):
            raise RuntimeError("Something new.")
        return land(page, **options)

    monkeypatch.setattr(services, "land", land_but_one)
    run = ask()
    assert (run.state, run.error) == (RunState.DONE, "details of 50 videos: Something new.")
    assert RawRecord.objects.filter(kind="video").count() == run.record_count == 70
    assert emulator.count("videos.list") == 3


def test_spent_units_leave_enquiries_as_they_are(emulator, followed, ask, clock, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 6}
    ask()
    assert emulator.count("videos.list") == 2
    assert Enquiry.objects.filter(asked_at=None, due_at__lt=clock.now).count() == 20
    clock.go_on(days=1)
    ask()
    assert not Enquiry.objects.filter(asked_at=None).exists()


def test_refreshing_leaves_units_for_what_is_new(emulator, followed, ask, clock, settings):
    ask()
    clock.go_on(days=26)
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 20}
    ApiCall.objects.filter(method="playlistItems.list").update(
        quota_date=datetime(2026, 11, 27, tzinfo=UTC).date()
    )
    ApiCall.objects.filter(method="playlistItems.list", page_number=0).update(units=13)
    # Fifteen are spent, and three of twenty are kept: two of three batches are asked.
    ask()
    assert emulator.count("videos.list") == 3 + 2


def test_a_refused_key_ends_the_pass_and_is_not_tried_again_at_once(emulator, followed, ask, clock):
    emulator.key = "another"
    with pytest.raises(errors.KeyRefusedError):
        ask()
    assert IngestionRun.objects.latest("pk").state == RunState.FAILED
    assert ask() is None
    assert emulator.count("videos.list") == 1
    emulator.key = "AIza-emulated-key"
    clock.go_on(minutes=16)
    assert ask().state == RunState.DONE
    assert not Enquiry.objects.filter(asked_at=None).exists()


def test_a_database_that_goes_away_leaves_the_batch_to_the_next(emulator, followed, ask, clock, monkeypatch):
    def land(page, **options):
        raise OperationalError("gone")

    monkeypatch.setattr(services, "land", land)
    with pytest.raises(OperationalError):
        ask()
    monkeypatch.undo()
    clock.go_on(minutes=11)
    run = ask()
    assert run.state == RunState.DONE
    assert IngestionRun.objects.filter(location="videos").count() == 1
    assert not Enquiry.objects.filter(asked_at=None).exists()


def test_one_process_asks_at_a_time_and_a_tick_leaves_it_to_that(emulator, followed, ask, clock, monkeypatch):
    def hold(subject):
        raise locks.AlreadyRunningError(subject)

    monkeypatch.setattr(locks, "hold_alone", hold)
    with pytest.raises(locks.AlreadyRunningError):
        ask()
    enquiries.ask_pending(clock=clock)
    assert emulator.count("videos.list") == 0


def test_a_tick_without_a_key_that_works_asks_nothing_and_is_quiet(emulator, followed, clock, settings):
    emulator.key = "another"
    enquiries.ask_pending(clock=clock)
    settings.YOUTUBE_API_KEY = ""
    enquiries.ask_pending(clock=clock)
    assert emulator.count("videos.list") == 1


def test_a_broadcast_is_asked_about_until_it_is_over(emulator, followed, ask, clock):
    replace_video(
        emulator,
        "v0000000002",
        snippet={"liveBroadcastContent": "upcoming"},
        contentDetails={"duration": "P0D"},
        liveStreamingDetails={"scheduledStartTime": "2026-11-02T18:00:00Z"},
    )
    ask()
    assert Video.objects.get(video_id="v0000000002").availability == Availability.UPCOMING
    assert due_of("v0000000002") < clock.now + timedelta(hours=4)
    replace_video(
        emulator, "v0000000002", snippet={"liveBroadcastContent": "none"}, contentDetails={"duration": "PT1H"}
    )
    clock.go_on(hours=5)
    ask()
    assert Video.objects.get(video_id="v0000000002").duration_seconds == 3600
    assert due_of("v0000000002") > clock.now + timedelta(days=24)


def thread(number, video_id):
    comment = {"kind": "youtube#comment", "id": f"c{number}", "snippet": {"textDisplay": f"Comment {number}"}}
    snippet = {"videoId": video_id, "topLevelComment": comment}
    return {"kind": "youtube#commentThread", "id": f"c{number}", "snippet": snippet}


def test_comments_are_read_where_they_are_wanted_the_newest_first(emulator, follow, pull, ask, clock):
    emulator.world = youtube_world.invent_world(4)
    emulator.world.threads["v0000000001"] = [thread(number, "v0000000001") for number in range(150)]
    pull(follow("v0000000001", wants_comments=True))
    ask()
    assert RawRecord.objects.filter(kind="comment_thread", video_id="v0000000001").count() == 150
    assert emulator.count("commentThreads.list") == 2
    clock.go_on(days=8)
    emulator.world.threads["v0000000001"].insert(0, thread(999, "v0000000001"))
    ask()
    assert RawRecord.objects.filter(kind="comment_thread").count() == 151
    assert emulator.count("commentThreads.list") == 4


def test_comments_switched_off_are_an_empty_answer(emulator, follow, pull, ask, clock):
    emulator.world = youtube_world.invent_world(4)
    pull(follow("v0000000002", wants_comments=True))
    run = ask()
    assert (run.state, run.error) == (RunState.DONE, "")
    assert due_of("v0000000002", "comments") > clock.now + timedelta(days=6)


def test_a_removed_video_is_asked_about_no_more(emulator, followed, ask, clock):
    Video.objects.filter(video_id="v0000000001").update(availability=Availability.REMOVED, removed_at=clock.now)
    ask()
    assert Enquiry.objects.get(asked_at=None).video.video_id == "v0000000001"
    assert Enquiry.objects.get(asked_at=None).kind == EnquiryKind.DETAILS

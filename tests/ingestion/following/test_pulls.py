import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from ingestion import services
from ingestion.following import claims, pulls, reading, subscriptions
from ingestion.models import (
    ApiCall,
    Availability,
    Course,
    Enquiry,
    IngestionRun,
    Listing,
    RawObservation,
    RawRecord,
    RunState,
    SubjectKind,
    Subscription,
    Video,
)
from ingestion.youtube import references
from tests.emulators import youtube_replies, youtube_world
from tests.emulators.youtube import Fault
from tests.emulators.youtube_world import uploads_of


def units():
    return list(ApiCall.objects.order_by("pk").values_list("method", "page_number"))


def test_a_channel_costs_one_unit_and_one_for_each_fifty_videos(emulator, channel, follow, pull, clock):
    subscription = follow(channel)
    run = pull(subscription)
    assert units() == [("channels.list", 0), *[("playlistItems.list", number) for number in range(3)]]
    assert emulator.units["general"] == 4
    assert (run.state, run.error, run.page_count, run.total_page_count) == (RunState.DONE, "", 4, 4)
    subscription.refresh_from_db()
    assert (subscription.external_id, subscription.title) == (channel, "Channel 0")
    assert subscription.lease_expires_at is None
    assert timedelta(0) <= clock.now - subscription.next_pull_at + timedelta(days=1) < timedelta(seconds=1)
    assert Video.objects.count() == Listing.objects.count() == 120
    assert Enquiry.objects.filter(kind="details", asked_at=None).count() == 120
    assert set(Listing.objects.values_list("is_wanted", flat=True)) == {None}
    assert RawRecord.objects.filter(kind="playlist_item").count() == 120


def test_a_second_pull_adds_no_payload_and_reads_no_further_than_to_what_is_known(
    emulator, channel, follow, pull, clock
):
    subscription = follow(channel)
    pull(subscription)
    records = RawRecord.objects.count()
    clock.go_on(days=1)
    run = pull(subscription)
    assert run.record_count == 0
    assert run.observation_count == 51
    assert RawRecord.objects.count() == records
    assert emulator.statuses[-2:] == [304, 304]
    assert [(call.method, call.is_unmodified) for call in run.calls.order_by("pk")] == [
        ("channels.list", True),
        ("playlistItems.list", True),
    ]


def test_new_videos_are_found_on_the_first_pages(emulator, channel, follow, pull, clock):
    subscription = follow(channel)
    pull(subscription)
    uploads = uploads_of(channel)
    new = [f"w{number:010d}" for number in range(60)]
    emulator.world.videos = {
        **{each: emulator.world.videos[each] for each in emulator.world.videos},
        **{each: youtube_world.invent_video(each, channel_id=channel, channel_title="Channel 0") for each in new},
    }
    emulator.world.listings[uploads] = [*new, *emulator.world.listings[uploads]]
    clock.go_on(days=1)
    run = pull(subscription)
    assert Listing.objects.filter(video__video_id__in=new).count() == 60
    assert run.calls.filter(method="playlistItems.list").count() == 3


def test_all_of_a_list_is_read_now_and_then(emulator, channel, follow, pull, clock):
    subscription = follow(channel)
    pull(subscription)
    clock.go_on(days=15)
    run = pull(subscription)
    assert run.calls.filter(method="playlistItems.list").count() == 3


def test_what_was_read_of_a_channel_today_is_not_asked_for_again(channel, follow, pull, clock):
    subscription = follow(channel, every=timedelta(hours=1))
    pull(subscription)
    clock.go_on(hours=1)
    assert [call.method for call in pull(subscription).calls.all()] == ["playlistItems.list"]


def test_a_handle_a_name_and_an_id_lead_to_the_same_channel(emulator, channel, follow, pull):
    emulator.world.usernames["theuser"] = channel
    for text, calls in (
        ("@Channel0", 1),
        ("https://www.youtube.com/c/channel0", 1),
        ("youtube.com/user/TheUser", 1),
    ):
        Subscription.objects.all().delete()
        subscription = follow(text)
        run = pull(subscription)
        subscription.refresh_from_db()
        assert subscription.external_id == channel
        assert run.calls.filter(method="channels.list").count() == calls


def test_the_same_channel_by_another_name_is_paused(channel, follow, pull):
    pull(follow("@channel0"))
    twin = follow(channel)
    run = pull(twin)
    twin.refresh_from_db()
    assert run.state == RunState.DONE
    assert twin.is_paused
    assert "@channel0" in twin.error
    assert not twin.listings.exists()


def test_a_twin_goes_on_only_once_the_older_is_followed_no_more(channel, follow, pull):
    older, twin = follow("@channel0"), follow(channel)
    pull(older)
    pull(twin)
    with pytest.raises(subscriptions.SubscriptionError, match="as @channel0"):
        subscriptions.resume(subscription_id=twin.pk)
    twin.refresh_from_db()
    assert twin.is_paused
    assert "@channel0" in twin.error
    subscriptions.unfollow(subscription_id=older.pk)
    subscriptions.resume(subscription_id=twin.pk)
    twin.refresh_from_db()
    assert (twin.is_paused, twin.error) == (False, "")


def test_a_channel_nobody_knows_is_said_to_be_unknown(emulator, follow, pull):
    subscription = follow("@nobody")
    run = pull(subscription)
    subscription.refresh_from_db()
    assert (run.state, emulator.units["general"]) == (RunState.DONE, 1)
    assert "YouTube knows nothing of this name" in subscription.error


def test_a_playlist_is_read_whole_and_what_it_loses_stays_listed(emulator, channel, follow, pull, clock):
    emulator.world.playlists["PLcourse00001"] = {
        "kind": "youtube#playlist",
        "id": "PLcourse00001",
        "snippet": {"title": "A course", "channelId": channel},
    }
    emulator.world.listings["PLcourse00001"] = [f"v{number:010d}" for number in range(60, 120) if number % 50 != 7]
    subscription = follow("PLcourse00001")
    pull(subscription)
    subscription.refresh_from_db()
    assert subscription.title == "A course"
    listed = Listing.objects.count()
    emulator.world.listings["PLcourse00001"] = emulator.world.listings["PLcourse00001"][5:]
    clock.go_on(days=1)
    run = pull(subscription)
    assert run.calls.filter(method="playlistItems.list").count() == 2
    assert Listing.objects.count() == listed


def test_a_playlist_with_private_and_deleted_videos_lands(emulator, channel, follow, pull, clock):
    private = youtube_world.invent_video("privatevid1", channel_id=channel, channel_title="Channel 0")
    emulator.world.add_video({**private, "status": {"privacyStatus": "private"}})
    emulator.world.playlists["PLcourse00001"] = {"kind": "youtube#playlist", "id": "PLcourse00001", "snippet": {}}
    emulator.world.listings["PLcourse00001"] = ["v0000000001", "privatevid1", "deletedvid1"]
    pull(follow("PLcourse00001"))
    known = dict(Video.objects.values_list("video_id", "availability"))
    assert known == {"v0000000001": "public", "privatevid1": "private", "deletedvid1": "deleted"}
    due = dict(Enquiry.objects.values_list("video__video_id", "due_at"))
    assert due["v0000000001"] < clock.now < due["privatevid1"]
    assert due["deletedvid1"] > clock.now + timedelta(days=6)


def test_one_video_costs_nothing_to_list(emulator, channel, follow, pull):
    run = pull(follow("-0000000007"))
    assert run.state == RunState.DONE
    assert emulator.calls == []
    assert Enquiry.objects.get().video.video_id == "-0000000007"


def test_a_search_spends_from_its_own_bucket_and_stops_at_what_is_known(emulator, channel, follow, pull, clock):
    subscription = follow(references.search_for("number known"))
    run = pull(subscription)
    assert run.calls.filter(bucket="search").count() == 3
    assert Listing.objects.count() == 120
    assert dict(emulator.units) == {"search": 3}
    clock.go_on(days=1)
    assert pull(subscription).calls.count() == 1


def test_spent_units_park_a_pull_until_the_reset_and_it_goes_on_at_its_page(
    emulator, channel, follow, pull, clock, settings
):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 2}
    subscription = follow(channel)
    run = pull(subscription)
    subscription.refresh_from_db()
    # The day the clocks go back: 25 hours long.
    assert subscription.next_pull_at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert (run.state, Listing.objects.count()) == (RunState.RUNNING, 50)
    assert "units" in run.error
    assert pull(subscription) is None
    clock.now = subscription.next_pull_at
    assert pull(subscription) == run
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.DONE, "")
    assert units() == [("channels.list", 0), *[("playlistItems.list", number) for number in range(3)]]
    assert Listing.objects.count() == 120


def test_a_refusal_for_want_of_units_parks_as_well(emulator, channel, follow, pull):
    emulator.limits["general"] = 3
    subscription = follow(channel)
    pull(subscription)
    subscription.refresh_from_db()
    assert subscription.next_pull_at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert Listing.objects.count() == 100


def test_a_page_that_fails_again_and_again_fails_no_run_and_is_where_the_next_goes_on(
    emulator, channel, follow, pull, clock
):
    emulator.faults.append(Fault("playlistItems.list", status=500, page_number=1, times=5))
    subscription = follow(channel)
    run = pull(subscription)
    subscription.refresh_from_db()
    assert run.state == RunState.DONE
    assert "backendError" in run.error
    assert "backendError" in subscription.error
    assert Listing.objects.count() == 50
    clock.now = subscription.next_pull_at
    run = pull(subscription)
    subscription.refresh_from_db()
    assert (run.state, run.error, subscription.error) == (RunState.DONE, "", "")
    assert [call.page_number for call in run.calls.filter(method="playlistItems.list").order_by("pk")] == [1, 2]
    assert Listing.objects.count() == 120


def test_what_fails_again_and_again_is_tried_less_and_less_often(emulator, channel, follow, pull, clock):
    emulator.faults.append(Fault("channels.list", status=500, times=99))
    subscription = follow(channel)
    waits = []
    for _number in range(8):
        pull(subscription)
        subscription.refresh_from_db()
        waits.append(round((subscription.next_pull_at - clock.now) / timedelta(minutes=15)))
        clock.now = subscription.next_pull_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 96]
    assert IngestionRun.objects.get().state == RunState.FAILED
    emulator.faults.clear()
    assert pull(subscription).state == RunState.DONE
    assert (IngestionRun.objects.get().error, Listing.objects.count()) == ("", 120)


def test_a_page_that_fails_once_is_tried_again_at_once(emulator, channel, follow, pull):
    emulator.faults.append(Fault("playlistItems.list", action="reset", page_number=1))
    assert pull(follow(channel)).error == ""
    assert Listing.objects.count() == 120
    assert ApiCall.objects.exclude(error="").count() == 1


def test_a_channel_that_cannot_describe_itself_is_listed_all_the_same(emulator, channel, follow, pull, clock):
    subscription = follow(channel)
    pull(subscription)
    clock.go_on(days=1)
    emulator.faults.append(Fault("channels.list", status=503, times=5))
    run = pull(subscription)
    assert (run.state, run.calls.filter(method="playlistItems.list").count()) == (RunState.DONE, 1)
    clock.now = Subscription.objects.get().next_pull_at
    run = pull(subscription)
    assert [call.page_number for call in run.calls.filter(method="playlistItems.list")] == [0]


def test_a_place_that_is_no_more_known_is_left(emulator, channel, follow, pull, clock):
    lost = youtube_replies.error(400, "invalidPageToken")
    emulator.faults.append(Fault("playlistItems.list", status=400, body=lost, page_number=1))
    subscription = follow(channel)
    run = pull(subscription)
    assert run.state == RunState.DONE
    clock.now = Subscription.objects.get().next_pull_at
    run = pull(subscription)
    assert [call.page_number for call in run.calls.filter(method="playlistItems.list").order_by("pk")] == [0, 1, 2]


def test_a_place_that_was_lost_between_two_pulls_is_left_as_well(emulator, channel, follow, pull, clock):
    emulator.faults.append(Fault("playlistItems.list", status=500, page_number=1, times=10))
    subscription = follow(channel)
    pull(subscription)
    clock.now = Subscription.objects.get().next_pull_at
    assert pull(subscription).state == RunState.FAILED
    lost = youtube_replies.error(400, "invalidPageToken")
    emulator.faults.append(Fault("playlistItems.list", status=400, body=lost, page_number=1))
    clock.now = Subscription.objects.get().next_pull_at
    assert pull(subscription).state == RunState.DONE
    clock.now = Subscription.objects.get().next_pull_at
    run = pull(subscription)
    assert [call.page_number for call in run.calls.filter(method="playlistItems.list").order_by("pk")] == [0, 1, 2]


def test_a_refused_key_fails_the_run_and_says_so(emulator, channel, follow, pull, clock):
    emulator.key = "another"
    subscription = follow(channel)
    run = pull(subscription)
    subscription.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "API_KEY_INVALID" in run.error
    assert "API_KEY_INVALID" in subscription.error
    assert subscription.next_pull_at > clock.now + timedelta(minutes=50)
    assert emulator.count("channels.list") == 1


def test_one_broken_item_costs_no_page(emulator, channel, follow, pull):
    broken = [
        {"kind": "youtube#playlistItem", "id": 7, "snippet": {"resourceId": {"videoId": "brokenitem1"}}},
        {"kind": "youtube#playlistItem", "id": "i1", "snippet": {"title": "null \0", "resourceId": {}}},
        {"kind": "youtube#playlistItem", "id": "i2", "snippet": {"title": "half \ud800"}},
        "no object",
    ]
    uploads = uploads_of(channel)
    text = youtube_replies.reply(emulator.world, "playlistItems.list", {"playlistId": uploads, "part": "snippet"})[
        1
    ]
    body = text.replace('"items": [', f'"items": [{", ".join(map(json.dumps, broken))}, ')
    emulator.faults.append(Fault("playlistItems.list", status=200, body=body, page_number=0))
    run = pull(follow(channel))
    assert run.state == RunState.DONE
    assert run.rejected_count == 4
    assert Video.objects.filter(video_id="brokenitem1", listings__isnull=False).exists()


def test_a_reply_without_items_is_refused_and_ends_the_list(emulator, channel, follow, pull):
    emulator.faults.append(
        Fault("playlistItems.list", status=200, body='{"kind": "youtube#surprise"}', page_number=1)
    )
    run = pull(follow(channel))
    assert (run.state, run.rejected_count, Listing.objects.count()) == (RunState.DONE, 1, 50)


def test_a_removed_video_is_not_listed_again(channel, follow, pull, clock):
    Video.objects.create(video_id="v0000000001", availability=Availability.REMOVED, removed_at=clock())
    pull(follow(channel))
    assert Listing.objects.count() == 119
    assert not Enquiry.objects.filter(video__video_id="v0000000001").exists()


def test_a_subscription_being_pulled_is_not_pulled_by_another(channel, follow, pull, clock):
    subscription = follow(channel)
    Subscription.objects.update(lease_expires_at=clock.now + timedelta(minutes=1))
    assert pull(subscription) is None
    clock.go_on(minutes=2)
    assert pull(subscription) is not None


def test_a_worker_whose_lease_was_taken_lands_no_more(emulator, channel, follow, pull, clock, monkeypatch):
    subscription = follow(channel)

    def take(run, page):
        if page.call.method == "playlistItems.list":
            clock.go_on(minutes=4)
            Subscription.objects.update(lease_expires_at=clock.now + timedelta(minutes=30))

    assert pulls.pull_subscription(subscription_id=subscription.pk, clock=clock, on_page=take) is None
    assert Listing.objects.count() == 50
    subscription.refresh_from_db()
    assert subscription.lease_expires_at is not None


def test_a_database_that_goes_away_leaves_the_work_to_the_next(
    emulator, channel, follow, pull, clock, monkeypatch
):
    subscription = follow(channel)
    land = services.land

    def land_first(page, **options):
        if page.kind == "playlist_item" and page.call.page_number:
            raise OperationalError("gone")
        return land(page, **options)

    monkeypatch.setattr(services, "land", land_first)
    with pytest.raises(OperationalError):
        pull(subscription)
    monkeypatch.undo()
    assert pull(subscription) is None
    clock.go_on(minutes=10)
    run = pull(subscription)
    finished = run.calls.filter(finished_at__isnull=False).values_list("method", "page_number")
    assert sorted(finished) == [("channels.list", 0), *[("playlistItems.list", number) for number in range(3)]]
    assert Listing.objects.count() == RawObservation.objects.filter(record__kind="playlist_item").count() == 120
    assert run.observation_count == 121
    assert IngestionRun.objects.count() == 1


def test_pages_before_one_that_cannot_be_landed_have_landed(emulator, channel, follow, pull, monkeypatch):
    subscription = follow(channel)
    land = services.land

    def land_but_the_last(page, **options):
        if page.kind == "playlist_item" and page.call.page_number == 2:
            raise RuntimeError("Something new.")
        return land(page, **options)

    monkeypatch.setattr(services, "land", land_but_the_last)
    with pytest.raises(RuntimeError):
        pull(subscription)
    assert Listing.objects.count() == 100


def test_who_breaks_off_may_go_on_at_once(emulator, channel, follow, pull, monkeypatch):
    subscription = follow(channel)
    with monkeypatch.context() as patch:
        patch.setattr(services, "land", lambda *arguments, **options: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pull(subscription)
    assert pull(subscription).observation_count == 121
    assert IngestionRun.objects.count() == 1


def test_a_worker_that_always_dies_is_left_in_peace(channel, follow, pull, clock, monkeypatch):
    subscription = follow(channel)

    def die(self):
        raise SystemExit

    monkeypatch.setattr(reading.Reading, "read", die)
    for _number in range(claims.MOST_DEATHS):
        with pytest.raises(SystemExit):
            pull(subscription)
        clock.go_on(minutes=10)
    assert pull(subscription) is None
    subscription.refresh_from_db()
    assert "3 times" in subscription.error
    assert subscription.next_pull_at > clock.now + timedelta(hours=23)


def test_any_other_error_fails_the_run_in_plain_words_and_comes_up(channel, follow, pull, clock, monkeypatch):
    subscription = follow(channel)

    def fail(self):
        raise RuntimeError("Something new.")

    monkeypatch.setattr(reading.Reading, "read", fail)
    with pytest.raises(RuntimeError):
        pull(subscription)
    subscription.refresh_from_db()
    assert subscription.error == "Something new."
    assert IngestionRun.objects.get().state == RunState.FAILED


def test_what_is_due_is_published_the_longest_waiting_first(course, follow, channel, clock, published):
    late, paused, early = follow(channel), follow("@second"), follow("@third")
    subscriptions.pause(subscription_id=paused.pk)
    Subscription.objects.filter(pk=early.pk).update(next_pull_at=clock.now - timedelta(days=1))
    published.clear()
    with_commit = pulls.pull_due(clock=clock)
    assert with_commit == 2
    assert list(Subscription.objects.due(at=clock.now)) == [early, late]


def test_a_clock_that_jumped_back_strands_nothing(follow, channel, clock, pull):
    subscription = follow(channel)
    clock.go_on(days=400)
    pull(subscription)
    clock.go_on(days=-400)
    assert pulls.pull_due(clock=clock) == 1


def test_two_courses_follow_one_channel_apart(follow, pull, channel, clock):
    pull(follow(channel))
    other = subscriptions.follow(
        course=Course.objects.create(title="Geometry"),
        reference=references.Reference(SubjectKind.CHANNEL, channel),
        now=clock(),
    )
    run = pull(other)
    assert other.listings.count() == 120
    assert run.record_count == 0
    assert Enquiry.objects.count() == 120

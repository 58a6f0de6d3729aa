"""What YouTube no longer confirms, or no longer shows, and what comes back."""

import json

import pytest

from ingestion import anonymity, course_archive, removal, retention, services
from ingestion import lake as lakes
from ingestion.lake import lake
from ingestion.models import (
    Availability,
    Enquiry,
    Listing,
    Purge,
    RawObservation,
    RawRecord,
    RemovalCause,
    Video,
)
from tests.config.replays import build, kept, lose_database, run_replay
from tests.emulators import youtube_world
from tests.ingestion import folders
from warehouse.marts import MartChannelTotals, MartVideoCurrent

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(emulator):
    emulator.world = youtube_world.invent_world(6)
    return next(iter(emulator.world.channels))


@pytest.fixture
def followed(channel, follow, pull, ask, clock):
    """A channel whose six videos are known with their details."""
    subscription = follow(channel)
    pull(subscription)
    ask()
    Video.objects.update(first_seen_at=clock())
    return subscription


@pytest.fixture
def apply(clock):
    def apply():
        count = retention.apply_retention(clock=clock)
        removal.withdraw_removed(clock=clock)
        return count

    return apply


@pytest.fixture
def drop(emulator):
    """Let YouTube show some videos no more, or again."""
    whole = {}

    def drop(*video_ids):
        whole.update(emulator.world.videos)
        emulator.world.videos = {each: told for each, told in whole.items() if each not in video_ids}

    return drop


def due_again(**fields):
    Enquiry.objects.update(**fields)


def lake_lines(folder):
    return [line for found in lake().list_objects(folder) for line in lakes.read_lines(found.key)]


def everything_in_lake():
    content = []
    for found in lake().list_objects(""):
        with lake().open(found.key) as stored:
            content.append((found.key, stored.read()))
    return content


def test_what_is_confirmed_stays(followed, apply, ask, clock):
    for _ in range(4):
        clock.go_on(days=20)
        ask()
        assert apply() == 0
    assert Video.objects.retained().count() == 6


def test_what_is_nearly_too_old_is_asked_for_before_its_turn(followed, apply, ask, clock):
    due_again(due_at=clock.now.replace(year=2030))
    clock.go_on(days=24)
    apply()
    assert not Enquiry.objects.filter(kind="details", due_at__lte=clock()).exists()
    clock.go_on(days=2)
    apply()
    assert Enquiry.objects.filter(kind="details", due_at__lte=clock()).count() == 6
    ask()
    clock.go_on(days=10)
    assert apply() == 0
    assert Video.objects.retained().count() == 6


def test_what_was_not_confirmed_for_thirty_days_is_purged_with_a_row_that_says_so(followed, apply, clock):
    clock.go_on(days=29)
    assert apply() == 0
    clock.go_on(days=1)
    assert apply() == 6
    assert set(Video.objects.values_list("availability", "title", "removal_cause")) == {
        (Availability.REMOVED, "", RemovalCause.UNCONFIRMED)
    }
    assert set(Purge.objects.values_list("reason", flat=True)) == {"YouTube has not confirmed it for 30 days"}
    assert Purge.objects.count() == 6
    assert not RawRecord.objects.exclude(video_id="").exists()
    assert not Enquiry.objects.exists() and not Listing.objects.exists()
    assert not [key for key, _ in everything_in_lake() if key.startswith("raw/youtube_api/video/")]
    assert apply() == 0


@pytest.mark.parametrize(
    ("name", "value"), [("RETENTION_DAYS", 0), ("YOUTUBE_OWN_CHANNELS", "channel"), ("RETENTION_DAYS", 60)]
)
def test_what_the_settings_let_stay_stays(followed, channel, apply, clock, settings, name, value):
    setattr(settings, name, [channel] if value == "channel" else value)
    clock.go_on(days=40)
    assert apply() == 0


def test_what_people_brought_themselves_stays(apply, clock, tmp_path):
    folders.write_info(tmp_path / "in", folders.info("brought-here"), audio=b"speech")
    folders.write_reply(tmp_path / "in" / "2020-01-01", folders.video("saved-reply"))
    services.ingest_folder(folder=tmp_path / "in")
    clock.go_on(days=400)
    assert apply() == 0
    assert Video.objects.retained().count() == 2


def test_what_is_gone_is_purged_after_a_week_once_it_was_asked_for_again(followed, apply, ask, clock, drop):
    first, second = Video.objects.order_by("pk").values_list("video_id", flat=True)[:2]
    drop(first, second)
    clock.go_on(days=1)
    due_again(due_at=clock())
    ask()
    assert set(Video.objects.withdrawn().values_list("video_id", flat=True)) == {first, second}
    due_again(due_at=clock.now.replace(year=2030))
    clock.go_on(days=7)
    assert apply() == 0, "one reply alone may have been wrong"
    drop(first)
    due_again(due_at=clock())
    ask()
    assert apply() == 1
    gone = Video.objects.removed().get()
    assert (gone.video_id, gone.removal_cause) == (first, RemovalCause.GONE)
    assert Purge.objects.get().reason == "private or deleted on YouTube for 7 days"
    assert Video.objects.retained().filter(video_id=second).exists()


def test_the_week_begins_anew_when_a_video_was_back(followed, apply, ask, clock, drop):
    video = Video.objects.order_by("pk").first()
    for is_gone in (True, False, True):
        drop(*([video.video_id] if is_gone else []))
        clock.go_on(days=3)
        due_again(due_at=clock())
        ask()
    clock.go_on(days=3)
    due_again(due_at=clock())
    ask()
    assert apply() == 0
    clock.go_on(days=4)
    assert apply() == 1


def test_a_gone_video_stays_hidden_where_the_rule_is_switched_off(followed, apply, ask, clock, drop, settings):
    settings.WITHDRAWAL_DAYS, settings.RETENTION_DAYS = 0, 0
    drop(Video.objects.first().video_id)
    for _ in range(5):
        clock.go_on(days=26)
        ask()
    assert apply() == 0
    assert Video.objects.gone().count() == 1


def test_what_a_rule_removed_comes_back_when_youtube_shows_it(followed, apply, pull, ask, clock):
    asked_for = Video.objects.order_by("pk").first()
    clock.go_on(days=31)
    apply()
    removal.remove_video(video_id=asked_for.video_id, reason="on request", now=clock())
    removal.withdraw_removed(clock=clock)
    type(followed).objects.update(next_pull_at=clock())
    pull(followed)
    ask()
    assert Video.objects.retained().exclude(title="").count() == 5
    assert Video.objects.removed().get().video_id == asked_for.video_id
    assert followed.course.videos.count() == 5
    course_archive.archive_courses()
    before, marts = kept(), build()
    lose_database()
    run_replay()
    again = kept()
    assert {name: again[name] for name in ("payloads", "sightings", "videos")} == {
        name: before[name] for name in ("payloads", "sightings", "videos")
    }
    assert again["courses"] == before["courses"]
    assert len(build()["mart_video_current"]) == len(marts["mart_video_current"]) == 5


def test_an_old_payload_does_not_bring_back_what_a_rule_removed(followed, apply, clock, tmp_path):
    video_id = Video.objects.first().video_id
    clock.go_on(days=31)
    apply()
    folders.write_reply(tmp_path / "in" / "2020-01-01", folders.video(video_id))
    (run,) = services.ingest_folder(folder=tmp_path / "in")
    assert run.withheld_count == 1


def test_totals_may_outlive_a_video_without_leading_back_to_it(followed, apply, clock, settings):
    settings.KEEP_STATISTICS = True
    build()
    before = MartChannelTotals.objects.values("like_count", "view_count", "comment_count").get()
    videos = list(Video.objects.values_list("video_id", "title"))
    days = MartVideoCurrent.objects.count(), RawObservation.objects.filter(record__kind="video").count()
    clock.go_on(days=31)
    apply()
    marts = build()
    assert MartChannelTotals.objects.values("like_count", "view_count", "comment_count").get() == before
    assert (MartVideoCurrent.objects.count(), RawObservation.objects.filter(record__kind="video").count()) == days
    assert set(MartVideoCurrent.objects.values_list("title", flat=True)) == {""}
    told = repr((marts, list(RawRecord.objects.values())))
    stored = [content for key, content in everything_in_lake() if not key.startswith("tombstones/")]
    for video_id, title in videos:
        assert video_id not in told and title not in told
        assert not any(video_id.encode() in content for content in stored)
    lose_database()
    run_replay()
    assert build() == marts
    assert Video.objects.retained().count() == 0


def test_who_asks_for_a_removal_has_the_totals_go_too(followed, apply, clock, settings):
    settings.KEEP_STATISTICS = True
    clock.go_on(days=31)
    apply()
    video = Video.objects.first()
    removal.remove_video(video_id=video.video_id, reason="on request", now=clock())
    removal.withdraw_removed(clock=clock)
    assert RawRecord.objects.filter(kind="video").count() == 5
    lines = [json.loads(line) for line in lake_lines("raw/youtube_api/video")]
    assert len(lines) == 5
    assert anonymity.name(video.video_id) not in repr(lines)
    build()
    assert MartVideoCurrent.objects.count() == 5


def test_a_video_that_is_back_while_it_is_purged_keeps_what_came_with_it(followed, apply, clock, monkeypatch):
    clock.go_on(days=31)
    retention.apply_retention(clock=clock)
    video = Video.objects.first()
    empty = lakes.empty

    def empty_and_return(folder):
        if video.video_id in folder and Video.objects.removed().filter(pk=video.pk).exists():
            Video.objects.filter(pk=video.pk).update(availability="public", removed_at=None, removal_cause="")
        return empty(folder)

    monkeypatch.setattr(lakes, "empty", empty_and_return)
    removal.withdraw_removed(clock=clock)
    assert set(RawRecord.objects.exclude(video_id="").values_list("video_id", flat=True)) == {video.video_id}
    assert Purge.objects.count() == 5

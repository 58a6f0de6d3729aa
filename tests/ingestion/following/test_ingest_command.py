import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from ingestion.following import subscriptions
from ingestion.models import (
    ApiCall,
    Availability,
    Course,
    Enquiry,
    IngestionRun,
    Listing,
    RunState,
    Subscription,
    Video,
)
from ingestion.youtube import client
from tests.emulators import youtube, youtube_world
from tests.emulators.youtube import Fault

pytestmark = pytest.mark.django_db


def ingest(*arguments):
    out = io.StringIO()
    call_command("ingest", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_channel_is_followed_and_pulled_at_once_by_any_of_its_names(emulator, channel):
    out = ingest("https://www.youtube.com/@channel0")
    assert "Channel 0: 120 videos listed, 120 wanted" in out
    assert "units spent: 7 general" in out
    assert Course.objects.get().title == "Channel 0"
    assert Course.objects.get().videos.count() == 120


def test_done_again_it_adds_nothing(emulator, channel):
    ingest("@channel0")
    out = ingest("@Channel0")
    assert "0 new payloads" in out
    assert Subscription.objects.count() == Course.objects.count() == 1


def test_the_course_may_be_named(emulator, channel):
    ingest(channel, "--course", "Algebra")
    assert Course.objects.get().title == "Algebra"


def test_a_video_whose_id_begins_with_a_hyphen(emulator, channel):
    ingest("--source", "youtube", "--", "-0000000007")
    assert Listing.objects.get().video.video_id == "-0000000007"
    assert emulator.units["general"] == 1


def test_json_is_a_list_of_runs_with_their_units(emulator, channel):
    runs = json.loads(ingest("@channel0", "--json"))
    assert [run["units"] for run in runs] == [{"general": 4}, {"general": 3}]
    assert [run["state"] for run in runs] == ["done", "done"]


def test_the_plan_tells_units_and_hours_and_follows_nothing(emulator, channel):
    plan = json.loads(ingest("@channel0", "--plan", "--json"))
    assert (plan["title"], plan["video_count"], plan["units"], plan["spent"]) == ("Channel 0", 120, 7, 3)
    assert plan["day_count"] == 1
    assert plan["hours"] > 100
    assert plan["units_left"] == 9997
    assert not Subscription.objects.exists()
    assert not Video.objects.exists()
    assert "120 videos" in ingest("@channel0", "--plan")


def test_the_plan_of_a_search_counts_searches(emulator, channel):
    plan = json.loads(ingest("https://www.youtube.com/results?search_query=number", "--plan", "--json"))
    assert (plan["units"], plan["search_count"], plan["spent"]) == (3, 3, 2)


def test_the_plan_of_what_is_followed_is_that_of_the_next_pull_and_asks_for_nothing_known(emulator, channel):
    ingest("@channel0", "--course", "Algebra")
    for name in ("@channel0", channel):
        plan = json.loads(ingest(name, "--plan", "--json"))
        assert (plan["title"], plan["units"], plan["spent"], plan["listed_count"]) == ("Channel 0", 2, 1, 120)
        assert (plan["followed_by"], plan["wanted_count"]) == (["Algebra"], 120)
    assert "It is followed already, by “Algebra”, with 120 videos listed" in ingest("@channel0", "--plan")
    assert json.loads(ingest("v0000000001", "--plan", "--json"))["spent"] == 0


def test_where_nothing_is_found_the_plan_takes_no_day(emulator, channel):
    nothing = "https://www.youtube.com/results?search_query=nobody+says+this"
    assert json.loads(ingest(nothing, "--plan", "--json"))["day_count"] == 0
    assert ingest(nothing, "--plan").startswith("nobody says this: there are no videos now, so it takes no day.")


def test_the_plan_of_a_video_costs_one_unit(emulator, channel):
    plan = json.loads(ingest("v0000000001", "--plan", "--json"))
    assert (plan["video_count"], plan["units"], plan["spent"]) == (1, 1, 1)
    assert plan["hours"] == pytest.approx(4145 / 3600)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["https://youtube.com@127.0.0.1/watch?v=dQw4w9WgXcQ"], "does not lead to YouTube"),
        (["file:///etc/passwd"], "begins with https"),
        (["no/such/folder"], "There is no folder"),
        (["@nobody", "--plan"], "YouTube knows nothing of this name"),
        (["@nobody"], "YouTube knows nothing of this name"),
        (["PLnobodyhasit", "--plan"], "YouTube knows nothing of this name"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(emulator, arguments, sentence):
    with pytest.raises(CommandError, match=sentence) as refusal:
        ingest(*arguments)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_plan_is_told_in_a_sentence(emulator, channel):
    told = ingest("@channel0", "--plan")
    assert told.startswith("Channel 0: 120 videos, of which about 120 wanted with ")
    assert "it costs 7 units and 9997 are left today, so it takes 1 day. This look cost 3 units." in told


def test_a_plan_without_a_key_names_the_setting(settings):
    settings.YOUTUBE_API_KEY = ""
    with pytest.raises(CommandError, match="YOUTUBE_API_KEY"):
        ingest("@channel0", "--plan")


def test_too_few_units_are_said_and_the_rest_waits(emulator, channel, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 5}
    with pytest.raises(CommandError, match="units"):
        ingest("@channel0")
    assert Listing.objects.count() == 120
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 4}
    with pytest.raises(CommandError, match="units"):
        ingest("@channel0", "--plan")


def test_what_a_worker_pulls_is_left_to_it(emulator, channel, clock):
    ingest("@channel0")
    Subscription.objects.update(lease_expires_at="2100-01-01T00:00:00Z")
    with pytest.raises(CommandError, match="worker"):
        ingest("@channel0")


def test_a_failure_ends_with_its_reason_and_the_next_time_goes_on(emulator, channel):
    emulator.faults.append(Fault("playlistItems.list", status=500, page_number=2, times=5))
    with pytest.raises(CommandError, match="backendError"):
        ingest("@channel0")
    assert Listing.objects.count() == 100
    ingest("@channel0")
    assert Listing.objects.count() == 120
    listed = ApiCall.objects.filter(method="playlistItems.list", error="")
    assert [call.page_number for call in listed.order_by("pk")] == [0, 1, 2]


def test_two_channels_of_one_name_are_two_courses(emulator, channel):
    ingest("@channel0")
    world = youtube_world.invent_world(3)
    other = world.add_channel("Another", ["v0000000001"], handle="@another")
    world.channels[other]["snippet"]["title"] = "Channel 0"
    emulator.world = world
    ingest("@another")
    assert set(Course.objects.values_list("title", flat=True)) == {"Channel 0", "@another"}
    assert client.has_key()


def refuse(*arguments):
    with pytest.raises(CommandError) as refusal:
        ingest(*arguments)
    return str(refusal.value)


def test_what_cannot_be_had_is_not_followed_and_leaves_no_course(emulator, channel):
    assert refuse("@nobody") == "channelNotFound: YouTube knows nothing of this name. Nothing was added."
    emulator.key = "another"
    assert "Nothing was added." in refuse("@channel0")
    assert "Nothing was added." in refuse("v0000000001")
    assert not Subscription.objects.exists()
    assert not Course.objects.exists()
    assert not Video.objects.exists()
    assert not IngestionRun.objects.filter(state=RunState.FAILED, location__contains="@").exists()
    emulator.key = youtube.KEY
    assert "1 wanted" in ingest("v0000000001")


def test_a_course_that_was_there_stays(emulator, course):
    assert "Nothing was added." in refuse("@nobody", "--course", "Algebra")
    assert Course.objects.get() == course


def test_a_second_name_in_the_same_course_leaves_no_twin(emulator, channel):
    ingest(channel, "--course", "Algebra")
    sentence = f"This course follows it already, as {channel}. Nothing was added."
    assert refuse("@channel0", "--course", "Algebra") == sentence
    assert Subscription.objects.get().reference == channel


def test_an_id_is_known_as_that_of_what_is_followed_by_a_name(emulator, channel):
    ingest("@channel0", "--course", "Algebra")
    assert "0 new payloads" in ingest(channel)
    assert Subscription.objects.get().reference == "@channel0"


def test_what_is_paused_is_said_to_be_paused(emulator, channel):
    ingest("@channel0")
    Subscription.objects.update(is_paused=True, error="For a reason.")
    assert refuse("@channel0").startswith("It is paused. For a reason. See /courses/")


def test_a_course_that_follows_it_already_is_named_and_of_several_one_is_to_be(emulator, channel):
    ingest("@channel0", "--course", "Algebra")
    err = io.StringIO()
    call_command("ingest", "@channel0", stdout=io.StringIO(), stderr=err)
    assert "“Algebra” follows it already" in err.getvalue()
    ingest("@channel0", "--course", "Numbers")
    assert "Several courses follow it, “Algebra”, “Numbers”" in refuse("@channel0")


def test_of_a_run_that_is_taken_up_again_only_what_is_new_is_told(emulator, channel, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 3}
    assert "units" in refuse("@channel0")
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 100}
    Subscription.objects.update(next_pull_at="2026-01-01T00:00:00Z")
    listed, asked = json.loads(ingest("@channel0", "--json"))
    assert (listed["record_count"], listed["page_count"], listed["units"]) == (20, 1, {"general": 1})
    assert (asked["record_count"], asked["units"]) == (120, {"general": 3})


def test_what_others_follow_is_left_to_the_workers(emulator, channel, follow, pull):
    pull(follow(channel))
    assert "units spent: 1 general" in ingest("v0000000001", "--course", "Numbers")
    assert Enquiry.objects.filter(kind="details", asked_at=None).count() == 119


def test_a_video_that_is_missing_or_removed_says_so(emulator, channel):
    sentence = refuse("xxxxxxxxxxx")
    assert sentence.startswith("The video xxxxxxxxxxx is deleted at its source: YouTube was asked")
    assert sentence.endswith("Nothing was added.")
    removed = {"availability": Availability.REMOVED, "removed_at": "2026-01-01T00:00Z"}
    Video.objects.create(video_id="v0000000001", removal_reason="Why.", **removed)
    assert refuse("v0000000001") == "The video v0000000001 is removed here: Why. Nothing was added."
    assert not Course.objects.exists()
    ingest("v0000000002")
    emulator.world.videos = {}
    Enquiry.objects.update(due_at="2026-01-01T00:00Z")
    assert "is deleted at its source" in refuse("v0000000002")
    assert Subscription.objects.exists()


FILTERS = [
    "--published-since=2024-01-31", "--no-shorts", "--no-live", "--language=en", "--language=pt-BR",
    "--title=lecture [0-9]+", "--min-minutes=5", "--max-minutes=90", "--cadence=60", "--no-audio", "--comments",
]  # fmt: skip


def test_the_filters_of_the_page_are_options(emulator, channel):
    ingest("@channel0", *FILTERS)
    wished = subscriptions.Wishes(
        every=timedelta(hours=1),
        wants_shorts=False,
        wants_live=False,
        shortest_seconds=300,
        longest_seconds=5400,
        languages=("en", "pt-BR"),
        title_pattern="lecture [0-9]+",
        published_since=date(2024, 1, 31),
        wants_audio=False,
        wants_comments=True,
    )
    assert subscriptions.read_wishes(Subscription.objects.get()) == wished
    ingest("@channel0", "--audio")
    assert subscriptions.read_wishes(Subscription.objects.get()) == replace(wished, wants_audio=True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["@channel0", "--published-since", "soon"], "no day"),
        (["@channel0", "--min-minutes", "-1"], "no count of minutes"),
        (["@channel0", "--cadence", "1"], "every 15 minutes"),
        (["@channel0", "--cadence", "1", "--plan"], "every 15 minutes"),
        (["@channel0", "--title", "("], "no regular expression"),
        (["@channel0", "--min-minutes", "9", "--max-minutes", "2"], "longer than the longest"),
        (["--replay", "--plan"], "said of what is followed"),
        (["--replay", "--course", "Algebra"], "neither --source nor --course"),
        ([".", "--plan"], "said of what is followed"),
        ([".", "--no-shorts"], "said of what is followed"),
    ],
)
def test_options_that_cannot_be_are_refused_and_leave_nothing(emulator, arguments, sentence):
    assert sentence in refuse(*arguments)
    assert not Course.objects.exists()

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from ingestion.following import subscriptions, wanting
from ingestion.following.wanting import Decision, Facts
from ingestion.models import AudioFetch, Course, Listing, MediaFile, Subscription, Video
from ingestion.youtube import references

FACTS = Facts(
    title="Groups and rings",
    duration_seconds=600,
    is_broadcast=False,
    language="en-gb",
    published_at=datetime(2026, 5, 4, tzinfo=UTC),
)


def judge(facts=FACTS, **wishes):
    return wanting.judge(Subscription(**wishes), facts)


def changed(**fields):
    return Facts(**{**FACTS.__dict__, **fields})


def test_without_filters_all_are_wanted():
    assert judge() == Decision(True)
    assert judge(changed(duration_seconds=None, is_broadcast=True, language="", published_at=None)) == Decision(
        True
    )


@pytest.mark.parametrize(
    ("wishes", "facts", "decision"),
    [
        ({"wants_shorts": False}, {"duration_seconds": 180}, Decision(False, wanting.SHORT)),
        ({"wants_shorts": False}, {"duration_seconds": 181}, Decision(True)),
        ({"wants_shorts": False}, {"duration_seconds": None}, Decision(None, wanting.UNKNOWN_LENGTH)),
        ({"wants_live": False}, {"is_broadcast": True}, Decision(False, wanting.BROADCAST)),
        ({"shortest_seconds": 601}, {}, Decision(False, wanting.TOO_SHORT)),
        ({"shortest_seconds": 600, "longest_seconds": 600}, {}, Decision(True)),
        ({"longest_seconds": 599}, {}, Decision(False, wanting.TOO_LONG)),
        ({"longest_seconds": 599}, {"duration_seconds": None}, Decision(None, wanting.UNKNOWN_LENGTH)),
        ({"languages": ["en"]}, {}, Decision(True)),
        ({"languages": ["EN-GB"]}, {}, Decision(True)),
        ({"languages": ["en-us", "pt"]}, {}, Decision(False, wanting.OTHER_LANGUAGE)),
        ({"languages": ["pt"]}, {"language": ""}, Decision(True)),
        ({"published_since": date(2026, 5, 4)}, {}, Decision(True)),
        ({"published_since": date(2026, 5, 5)}, {}, Decision(False, wanting.TOO_OLD)),
        ({"published_since": date(2026, 5, 5)}, {"published_at": None}, Decision(True)),
    ],
)
def test_each_filter_leaves_out_what_it_is_for(wishes, facts, decision):
    assert judge(changed(**facts), **wishes) == decision


def test_facts_are_read_from_a_payload_whatever_it_holds():
    assert wanting.read_facts({}) == Facts("", None, False, "", None)
    odd = {"snippet": {"title": None, "defaultLanguage": 7, "publishedAt": "soon"}, "contentDetails": "PT1S"}
    assert wanting.read_facts(odd).language == ""
    told = wanting.read_facts(
        {
            "snippet": {"title": "A", "defaultAudioLanguage": "pt-BR", "liveBroadcastContent": "none"},
            "contentDetails": {"duration": "PT1H"},
            "liveStreamingDetails": {"actualEndTime": "2026-05-04T00:00:00Z"},
        }
    )
    assert (told.duration_seconds, told.is_broadcast, told.language) == (3600, True, "pt-br")


def test_titles_are_matched_by_the_database(db):
    titles = {1: "Lecture 1: Groups", 2: "lecture 2", 3: "Trailer"}
    assert wanting.match_titles(r"^Lecture \d+", titles) == {1, 2}
    assert wanting.match_titles("group|trailer", titles) == {1, 3}
    assert wanting.match_titles("x", {}) == set()


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{2,1}", r"\\1("])
def test_what_is_no_expression_is_refused(db, pattern):
    with pytest.raises(wanting.InvalidPatternError, match="no regular expression"):
        wanting.check_pattern(pattern)


def test_a_pattern_that_takes_for_ever_is_stopped_and_the_transaction_goes_on(db, monkeypatch):
    monkeypatch.setattr(wanting, "PATTERN_MILLISECONDS", 50)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '77s'")
    title = "".join(random.Random(1).choices("abcdefgh", k=300)) + "x"
    with pytest.raises(wanting.InvalidPatternError, match="too long"):
        wanting.match_titles(r"^(.+)(.+)(.+)(.+)\4\3\2\1x$", {1: title})
    assert wanting.match_titles("a", {1: "a"}) == {1}
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("77s",)


@pytest.fixture
def listed(follow, clock):
    """Three videos that a subscription lists, and what is known of them."""

    def listed(**wishes):
        subscription = follow("@channel", **wishes)
        videos = [Video.objects.create(video_id=f"video{number}") for number in range(3)]
        for video in videos:
            Listing.objects.create(subscription=subscription, video=video)
        facts = {video.pk: changed(title=f"Lecture {video.pk}", duration_seconds=100) for video in videos}
        return subscription, facts

    return listed


def decide(facts, clock):
    keys = Listing.objects.values_list("pk", "subscription_id", "video_id")
    wanting.decide_listings(keys, facts=facts, now=clock())


def test_what_is_wanted_joins_the_course_and_its_audio_is_fetched(listed, clock, course):
    _subscription, facts = listed(every=timedelta(days=1))
    decide(facts, clock)
    decide(facts, clock)
    assert course.videos.count() == AudioFetch.objects.count() == 3


def test_what_is_not_wanted_says_why_and_stays_out(listed, clock, course):
    listed_videos = listed(wants_shorts=False)
    decide(listed_videos[1], clock)
    assert set(Listing.objects.values_list("is_wanted", "reason")) == {(False, wanting.SHORT)}
    assert not course.videos.exists()
    assert not AudioFetch.objects.exists()


def test_no_audio_is_fetched_where_none_is_wanted_or_one_is_there(listed, clock, course):
    _subscription, facts = listed(wants_audio=False)
    decide(facts, clock)
    assert course.videos.count() == 3
    assert not AudioFetch.objects.exists()
    Subscription.objects.update(wants_audio=True)
    heard, gone, there = Video.objects.order_by("pk")
    MediaFile.objects.create(video=heard, kind="audio", lake_key="a", sha256="a", byte_count=1)
    Video.objects.filter(pk=gone.pk).update(availability="deleted")
    decide(facts, clock)
    assert AudioFetch.objects.get().video == there


def test_a_title_that_does_not_match_is_left_out(listed, clock):
    _subscription, facts = listed(title_pattern=r"lecture \d+$")
    first = min(facts)
    decide(facts | {first: changed(title="Trailer")}, clock)
    assert Listing.objects.get(video=first).reason == wanting.OTHER_TITLE
    assert Listing.objects.filter(is_wanted=True).count() == 2


def test_a_pattern_too_slow_leaves_it_undecided(listed, clock, monkeypatch):
    _subscription, facts = listed(title_pattern="lecture")

    def stop(pattern, titles):
        raise wanting.InvalidPatternError("too long")

    monkeypatch.setattr(wanting, "match_titles", stop)
    decide(facts, clock)
    assert set(Listing.objects.values_list("is_wanted", "reason")) == {(None, wanting.SLOW_PATTERN)}


def test_two_courses_may_want_different_things_of_one_channel(emulator, channel, follow, pull, ask, course, clock):
    pull(follow(channel))
    other = Course.objects.create(title="Talks")
    wishes = subscriptions.Wishes(shortest_seconds=3000, wants_audio=False)
    pull(subscriptions.follow(course=other, reference=references.parse(channel), wishes=wishes, now=clock()))
    ask()
    assert course.videos.count() == 120
    assert 0 < other.videos.count() < 120

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.following import standing
from ingestion.following.standing import Health
from ingestion.models import Listing, SubjectKind, Subscription, Video
from ingestion.youtube import quota
from tests.ingestion import people

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make(course, reference="@a-b", **fields):
    kind = SubjectKind.CHANNEL
    return Subscription.objects.create(course=course, kind=kind, reference=reference, **fields)


@pytest.mark.parametrize(
    ("fields", "is_new", "health"),
    [
        ({}, True, Health.NEW),
        ({}, False, Health.FOLLOWED),
        ({"is_paused": True, "error": "x"}, False, Health.PAUSED),
        ({"lease_expires_at": AT + HOUR}, False, Health.PULLING),
        ({"lease_expires_at": AT - HOUR}, False, Health.FOLLOWED),
        ({"error": "x", "next_pull_at": AT + HOUR}, False, Health.FAILING),
        ({"error": "x", "next_pull_at": quota.reset_after(AT)}, False, Health.PARKED),
    ],
)
def test_a_subscription_stands_in_one_way(fields, is_new, health):
    assert standing.find_state(Subscription(**fields), is_new=is_new, at=AT) == health


def test_a_pull_is_told_with_what_it_brought(emulator, channel, follow, pull, clock, course):
    row = follow("@channel0")
    (before,) = standing.describe([row], at=clock())
    assert (before.health, before.pulled_at, before.listed_count) == (Health.NEW, None, 0)
    pull(row)
    Listing.objects.filter(pk__in=Listing.objects.values("pk")[:3]).update(is_wanted=True)
    (after,) = standing.describe([row], at=clock())
    assert (after.health, after.listed_count, after.wanted_count) == (Health.FOLLOWED, 120, 3)
    assert after.pulled_at <= clock.now
    assert after.next_pull_at > clock.now
    assert after.url == "https://www.youtube.com/@channel0"


def test_one_that_waits_for_units_is_no_failure(emulator, channel, follow, pull, clock, settings):
    settings.YOUTUBE_DAILY_UNITS = settings.YOUTUBE_DAILY_UNITS | {"general": 1}
    row = follow("@channel0")
    pull(row)
    (told,) = standing.describe([row], at=clock())
    assert told.health == Health.PARKED


def test_many_are_described_by_one_query_in_their_order(course, django_assert_num_queries):
    rows = [make(course, f"@number{number}") for number in (3, 1, 2)]
    Listing.objects.create(subscription=rows[0], video=Video.objects.create(video_id="v"), is_wanted=False)
    with django_assert_num_queries(1):
        told = standing.describe(rows, at=AT)
    assert [each.subscription.pk for each in told] == [row.pk for row in rows]
    assert [(each.listed_count, each.wanted_count) for each in told] == [(1, 0), (0, 0), (0, 0)]


def test_led_are_those_of_ones_courses(course):
    make(course)
    teacher = people.make_teacher()
    mine = make(people.make_course("Mine", teacher))
    assert list(standing.find_led(teacher)) == [mine]
    assert not standing.find_led(people.make("sam")).exists()
    assert standing.find_led(people.make_operator()).count() == 2

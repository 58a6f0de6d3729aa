from datetime import timedelta

import pytest

from ingestion import courses
from ingestion.following import pasting, subscriptions
from ingestion.models import ApiCall, Course, IngestionRun, Subscription, Video
from ingestion.youtube import references
from tests.emulators.youtube import Fault
from tests.ingestion import people

pytestmark = pytest.mark.django_db

WISHES = subscriptions.Wishes()


def test_a_look_tells_what_it_costs_and_follows_nothing(emulator, channel, clock):
    look = pasting.look(text="youtube.com/@channel0", wishes=WISHES, clock=clock)
    assert (look.title, look.plan.video_count, look.plan.units, look.obstacle) == ("Channel 0", 120, 7, "")
    assert not Subscription.objects.exists()
    assert not Video.objects.exists()


def test_a_look_tells_which_of_ones_own_courses_follow_it_already(emulator, channel, clock, published):
    teacher, other = people.make_teacher(), people.make_teacher("other")
    for user, title in ((teacher, "Numbers"), (other, "Theirs")):
        pasting.follow(text="@channel0", wishes=WISHES, user=user, course_title=title)
    look = pasting.look(text="@channel0", wishes=WISHES, user=teacher, clock=clock)
    assert (look.followed_by, look.plan.listed_count) == (("Numbers",), 0)


def test_filters_are_looked_through_as_well(emulator, channel, clock):
    whole = pasting.look(text="@channel0", wishes=WISHES, clock=clock).plan
    few = pasting.look(text="@channel0", wishes=subscriptions.Wishes(shortest_seconds=3600), clock=clock).plan
    assert few.wanted_count < whole.wanted_count


def test_without_a_key_it_is_told_what_it_is_and_why_no_more(settings, clock):
    settings.YOUTUBE_API_KEY = ""
    look = pasting.look(text="@channel0", wishes=WISHES, clock=clock)
    assert (look.title, look.plan) == ("@channel0", None)
    assert look.reference.url == "https://www.youtube.com/@channel0"
    assert (look.obstacle, look.lacks_key) == ("No key of YouTube's own service is set here.", True)
    assert not ApiCall.objects.exists()
    assert not IngestionRun.objects.exists()


def test_a_look_has_little_patience(emulator, channel, clock):
    emulator.faults.append(Fault("channels.list", status=500, times=9))
    look = pasting.look(text="@channel0", wishes=WISHES, clock=clock)
    assert "backendError" in look.obstacle
    assert ApiCall.objects.count() == pasting.MOST_TRIES


def test_what_names_nothing_spends_nothing(emulator, clock):
    with pytest.raises(references.InvalidReferenceError):
        pasting.look(text="https://example.org/", wishes=WISHES, clock=clock)
    with pytest.raises(subscriptions.SubscriptionError):
        pasting.look(text="@a-b", wishes=subscriptions.Wishes(every=timedelta(seconds=1)), clock=clock)
    assert not ApiCall.objects.exists()


def test_a_new_course_is_led_by_who_makes_it(published):
    teacher = people.make_teacher()
    row = pasting.follow(text="@channel0", wishes=WISHES, user=teacher, course_title="Numbers")
    assert courses.leads(course=row.course, user=teacher)
    again = pasting.follow(text="@Channel0", wishes=WISHES, user=teacher, course_title="Numbers")
    assert again.pk == row.pk


def test_what_cannot_be_followed_leaves_no_course():
    teacher = people.make_teacher()
    people.make_course("Theirs", people.make_teacher("other"))
    with pytest.raises(courses.CourseError):
        pasting.follow(text="@channel0", wishes=WISHES, user=teacher, course_title="Theirs")
    with pytest.raises(references.InvalidReferenceError):
        pasting.follow(text="odd", wishes=WISHES, user=teacher, course_title="New")
    assert list(Course.objects.values_list("title", flat=True)) == ["Theirs"]
    assert not Subscription.objects.exists()

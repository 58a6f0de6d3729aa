import json
from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.following import pulls, subscriptions
from ingestion.models import ApiCall, Course, Subscription
from ingestion.youtube import references
from tests.emulators import youtube_world
from tests.ingestion import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(monkeypatch):
    pks = []
    monkeypatch.setattr(pulls, "_send", pks.append)
    return pks


@pytest.fixture
def teacher():
    return people.make_teacher()


@pytest.fixture
def course(teacher):
    return people.make_course("Numbers", teacher)


@pytest.fixture
def followed(course):
    return subscriptions.follow(course=course, reference=references.parse("@channel0"))


@pytest.fixture
def send(api):
    """Send with a method as a person; return status and body."""

    def send(method, path, user=None, **body):
        api.force_authenticate(user)
        sent = {} if method == "get" else {"data": json.dumps(body), "content_type": "application/json"}
        response = getattr(api, method)(f"/api/v1/{path}", **sent)
        return response.status_code, response.json() if response.content else None

    return send


def test_what_ones_courses_follow_is_listed_and_nothing_else(get, teacher, course, followed):
    other = subscriptions.follow(course=people.make_course("Theirs"), reference=references.parse("@other"))
    body = get("subscriptions/", teacher)[1]
    assert [row["id"] for row in body["results"]] == [followed.pk]
    assert body["results"][0] | {"next_pull_at": "", "created_at": ""} == {
        "id": followed.pk,
        "course_id": course.pk,
        "kind": "channel",
        "reference": "@channel0",
        "title": "",
        "url": "https://www.youtube.com/@channel0",
        "every_minutes": 1440,
        "wants_audio": True,
        "wants_comments": False,
        "wants_shorts": True,
        "wants_live": True,
        "shortest_seconds": None,
        "longest_seconds": None,
        "languages": [],
        "title_pattern": "",
        "published_since": None,
        "is_paused": False,
        "health": "new",
        "error": "",
        "listed_count": 0,
        "wanted_count": 0,
        "pulled_at": None,
        "next_pull_at": "",
        "created_at": "",
    }
    olga = people.make_operator()
    assert get("subscriptions/", olga)[1]["count"] == 2
    assert get("subscriptions/", olga, course=other.course_id, is_paused="false")[1]["count"] == 1
    assert get("subscriptions/", teacher, course=other.course_id)[0] == 400
    assert get("subscriptions/", teacher, kind="odd")[0] == 400
    assert get("subscriptions/", people.make())[0] == 403
    assert get("subscriptions/")[0] == 401


def test_a_long_list_has_few_queries(get, teacher, course, django_assert_max_num_queries):
    for number in range(60):
        subscriptions.follow(course=course, reference=references.parse(f"@number{number:02}"))
    with django_assert_max_num_queries(6):
        body = get("subscriptions/", teacher)[1]
    assert (body["count"], len(body["results"])) == (60, 50)


def test_a_course_is_let_follow_something(
    api, post, teacher, course, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        status, body = post(
            "subscriptions/",
            teacher,
            reference="https://youtube.com/@Channel0/videos",
            course_id=course.pk,
            every_minutes=60,
            languages=["pt-BR"],
            longest_seconds=7200,
            wants_audio=False,
        )
    assert (status, body["reference"], body["every_minutes"]) == (201, "@channel0", 60)
    row = Subscription.objects.get()
    assert (row.languages, row.longest_seconds, row.wants_audio) == (["pt-BR"], 7200, False)
    assert row.created_by == teacher
    assert published == [row.pk]
    response = api.post(
        "/api/v1/subscriptions/", {"reference": "@channel0", "course_title": "Numbers"}, format="json"
    )
    assert api.get(response["Location"]).json()["id"] == row.pk


def test_a_title_makes_a_course_that_one_leads(post, teacher):
    body = post("subscriptions/", teacher, reference="PLnobodyhasit", course_title="New")[1]
    assert Course.objects.led_by(teacher).get().pk == body["course_id"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"reference": "https://example.org/", "course_title": "New"}, "/reference"),
        ({"reference": "a\0b"}, "/reference"),
        ({"reference": "\ud83d"}, "/reference"),
        ({"reference": None}, "/reference"),
        ({"course_id": 10**30}, "/course_id"),
        ({"course_title": "Theirs"}, "/course_title"),
        ({}, "/course_id"),
        ({"course_title": "New", "every_minutes": 14}, "/every_minutes"),
        ({"course_title": "New", "every_minutes": 10**30}, "/every_minutes"),
        ({"course_title": "New", "longest_seconds": 10**12}, "/longest_seconds"),
        ({"course_title": "New", "languages": ["x" * 17]}, "/languages"),
        ({"course_title": "New", "title_pattern": "("}, "/non_field_errors"),
        ({"course_title": "New", "shortest_seconds": 9, "longest_seconds": 1}, "/non_field_errors"),
        ({"course_title": "New", "published_since": "soon"}, "/published_since"),
    ],
)
def test_what_cannot_be_followed_is_told_by_field_and_leaves_nothing(post, teacher, fields, pointer):
    people.make_course("Theirs")
    status, problem = post("subscriptions/", teacher, **{"reference": "@channel0"} | fields)
    assert status == 400
    assert problem["errors"][0]["pointer"].startswith(pointer) or pointer == "/non_field_errors"
    assert not Subscription.objects.exists()
    assert Course.objects.count() == 1


def test_a_course_of_others_is_not_there(post, send, teacher, followed):
    other = people.make_teacher("other")
    assert post("subscriptions/", other, reference="@a-b", course_id=followed.course_id)[0] == 400
    path = f"subscriptions/{followed.pk}/"
    for method in ("get", "patch", "delete"):
        assert send(method, path, other)[0] == 404
        assert send(method, path)[0] == 401
    assert send("post", f"{path}pull/", other)[0] == 404
    student = people.make("sam")
    followed.course.memberships.create(user=student)
    assert send("patch", path, student, is_paused=True)[0] == 404
    assert post("subscriptions/", student, reference="@a-b", course_id=followed.course_id)[0] == 403
    assert not Subscription.objects.get().is_paused


def test_what_is_not_sent_stays_as_it_is(send, teacher, followed):
    path = f"subscriptions/{followed.pk}/"
    send("patch", path, teacher, wants_shorts=False, title_pattern="lecture")
    body = send("patch", path, teacher, every_minutes=30)[1]
    assert (body["wants_shorts"], body["title_pattern"], body["every_minutes"]) == (False, "lecture", 30)
    assert send("patch", path, teacher, shortest_seconds=None, title_pattern="")[1]["title_pattern"] == ""
    assert send("patch", path, teacher, title_pattern="(")[0] == 400
    assert send("patch", path, teacher, every_minutes=None)[0] == 400
    assert Subscription.objects.get().every == timedelta(minutes=30)


def test_it_is_paused_and_goes_on(send, teacher, followed):
    path = f"subscriptions/{followed.pk}/"
    body = send("patch", path, teacher, is_paused=True)[1]
    assert (body["is_paused"], body["health"], body["next_pull_at"]) == (True, "paused", None)
    assert send("patch", path, teacher, is_paused=False)[1]["is_paused"] is False


def test_what_the_course_follows_by_another_name_does_not_go_on(send, teacher, followed):
    Subscription.objects.filter(pk=followed.pk).update(external_id="UCx")
    twin = Subscription.objects.create(
        course=followed.course, kind=followed.kind, reference="UCx", external_id="UCx", is_paused=True, error="why"
    )
    status, body = send("patch", f"subscriptions/{twin.pk}/", teacher, is_paused=False)
    assert (status, "as @channel0" in json.dumps(body)) == (400, True)


def test_it_is_pulled_at_once_and_let_go(send, teacher, followed):
    later = timezone.now() + timedelta(hours=5)
    Subscription.objects.update(next_pull_at=later)
    path = f"subscriptions/{followed.pk}/"
    assert send("post", f"{path}pull/", teacher)[0] == 202
    assert Subscription.objects.get().next_pull_at < later
    assert send("delete", path, teacher)[0] == 204
    assert send("delete", path, teacher)[0] == 404


def test_a_preview_tells_the_plan_and_follows_nothing(post, teacher, emulator):
    emulator.world = youtube_world.invent_world(120)
    status, body = post("subscriptions/preview/", teacher, reference="@channel0", wants_shorts=False)
    assert (status, body["kind"], body["title"], body["obstacle"]) == (200, "channel", "Channel 0", "")
    assert (body["plan"]["video_count"], body["plan"]["units"], body["plan"]["spent"]) == (120, 7, 3)
    assert not Subscription.objects.exists()


def test_a_preview_without_a_key_says_so_and_spends_nothing(post, teacher, settings):
    settings.YOUTUBE_API_KEY = ""
    status, body = post("subscriptions/preview/", teacher, reference="@channel0")
    assert (status, body["plan"]) == (200, None)
    assert body["obstacle"] == "No key of YouTube's own service is set here."
    assert post("subscriptions/preview/", teacher, reference="odd")[0] == 400
    assert post("subscriptions/preview/", people.make(), reference="@channel0")[0] == 403
    assert not ApiCall.objects.exists()

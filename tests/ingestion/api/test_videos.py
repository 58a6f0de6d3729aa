from datetime import UTC, datetime

import pytest

from ingestion.models import Chapter, Video
from tests.ingestion import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam():
    return people.make()


@pytest.fixture
def physics(sam):
    """Three videos of one course: two with numbers, one of which nothing is known."""
    course = people.make_course("Physics", sam)
    for number, title in ((1, "Beta"), (2, "alpha")):
        course.videos.create(
            video_id=f"-video{number}",
            title=title,
            duration_seconds=100 * number,
            view_count=1000 // number,
            published_at=datetime(2026, 11, number, tzinfo=UTC),
        )
    course.videos.create(video_id="unknown", title="<b>Gamma</b>", availability="private", is_on_youtube=False)
    return course


def ids(answer):
    status, body = answer
    assert status == 200
    return [row["id"] for row in body["results"]]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", ["-video2", "-video1", "unknown"]),
        ("published_at", ["-video1", "-video2", "unknown"]),
        ("-view_count", ["-video1", "-video2", "unknown"]),
        ("-duration_seconds", ["-video2", "-video1", "unknown"]),
        ("duration_seconds", ["-video1", "-video2", "unknown"]),
    ],
)
def test_videos_come_in_order_and_what_is_not_known_last(get, sam, physics, order, expected):
    assert ids(get("videos/", sam, **({"order": order} if order else {}))) == expected


def test_titles_are_an_order_too(get, sam, physics):
    up, down = ids(get("videos/", sam, order="title")), ids(get("videos/", sam, order="-title"))
    assert up == list(reversed(down))


def test_videos_are_narrowed(get, sam, physics):
    assert ids(get("videos/", sam, q="ALPH")) == ["-video2"]
    assert ids(get("videos/", sam, q="<b>")) == ["unknown"]
    assert ids(get("videos/", sam, availability="private")) == ["unknown"]
    assert ids(get("videos/", sam, published_after="2026-11-02T00:00:00Z")) == ["-video2"]
    assert ids(get("videos/", sam, published_before="2026-11-02T00:00:00Z")) == ["-video1"]
    assert len(ids(get("videos/", sam, course=physics.pk))) == 3


@pytest.mark.parametrize(
    "query",
    [
        {"course": 10**30},
        {"course": "\0"},
        {"course": "physics"},
        {"availability": "removed"},
        {"published_after": "yesterday"},
        {"order": "id"},
        {"q": "a\0b"},
        {"q": "x" * 201},
    ],
)
def test_a_filter_that_means_nothing_is_refused(get, sam, physics, query):
    assert get("videos/", sam, **query)[0] == 400


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_at_the_ends_of_time_is_a_moment(get, sam, physics, moment):
    assert get("videos/", sam, published_after=moment)[0] == 200


@pytest.mark.parametrize("page", [10**30, 0, -1, "x", "\0"])
def test_a_page_that_is_not_there_is_not_found(get, sam, physics, page):
    assert get("videos/", sam, page=page)[0] == 404


def test_the_course_of_another_is_no_filter(get, physics):
    assert get("videos/", people.make("kim"), course=physics.pk)[0] == 400


def test_nobody_sees_a_video_that_is_not_theirs(get, physics):
    kim = people.make("kim")
    assert ids(get("videos/", kim)) == []
    assert get("videos/-video1/", kim)[0] == 404
    assert get("videos/-video1/")[0] == 401
    assert len(ids(get("videos/", people.make_operator()))) == 3


def test_a_video_tells_its_chapters_and_the_courses_one_sees(get, sam, physics):
    video = Video.objects.get(video_id="-video1")
    people.make_course("Secret").videos.add(video)
    Chapter.objects.create(video=video, position=1, title="b", start_seconds=30)
    Chapter.objects.create(video=video, position=0, title="a", start_seconds=0)
    status, body = get("videos/-video1/", sam)
    assert status == 200
    assert [chapter["title"] for chapter in body["chapters"]] == ["a", "b"]
    assert body["course_ids"] == [physics.pk]
    assert body["url"] == "https://www.youtube.com/watch?v=-video1&t=0s"


@pytest.mark.parametrize("video_id", ["nobody", "a%00b", "%F0%9F%91%A9", "a b", "x" * 300])
def test_an_odd_id_is_not_found(get, sam, video_id):
    assert get(f"videos/{video_id}/", sam)[0] == 404


def test_a_list_takes_few_queries_whatever_its_length(get, sam, physics, django_assert_max_num_queries):
    for number in range(60):
        physics.videos.create(video_id=f"more{number}")
    with django_assert_max_num_queries(4):
        assert len(ids(get("videos/", sam))) == 50

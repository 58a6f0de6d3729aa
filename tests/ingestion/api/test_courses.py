import pytest

from ingestion import courses
from ingestion.models import CourseAccess, Membership, Video
from tests.ingestion import people

pytestmark = pytest.mark.django_db


def test_a_person_lists_their_courses_with_what_is_in_them(get, django_assert_max_num_queries):
    teacher = people.make_teacher()
    physics = people.make_course("Physics", teacher, access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    people.make_course("Art", access=CourseAccess.OPEN)
    people.make_course("Secret")
    physics.videos.add(Video.objects.create(video_id="a"), Video.objects.create(video_id="b"))
    with django_assert_max_num_queries(4):
        status, body = get("courses/", teacher)
    assert status == 200
    told = [(row["title"], row["lecture_count"], row["is_led"], row["join_code"]) for row in body["results"]]
    assert told == [("Art", 0, False, ""), ("Physics", 2, True, "ABCDEFGHJK")]


def test_a_member_who_does_not_lead_sees_no_code(get):
    sam = people.make()
    course = people.make_course("Physics", sam, access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    assert get(f"courses/{course.pk}/", sam)[1]["join_code"] == ""
    assert get(f"courses/{course.pk}/", people.make_operator())[1]["join_code"] == "ABCDEFGHJK"


def test_courses_are_narrowed(get):
    olga = people.make_operator()
    people.make_course("Physics", access=CourseAccess.OPEN)
    people.make_course("Art")
    assert get("courses/", olga, q="phys")[1]["count"] == 1
    assert get("courses/", olga, access="list")[1]["count"] == 1
    assert get("courses/", olga, access="odd")[0] == 400


def test_what_is_not_theirs_is_not_there(get, post, api):
    course = people.make_course("Physics", people.make_teacher())
    kim = people.make("kim")
    for path in (f"courses/{course.pk}/", f"courses/{course.pk}/members/", f"courses/{10**30}/"):
        assert get(path, kim)[0] == 404
        assert get(path)[0] == 401
    assert post(f"courses/{course.pk}/members/", kim, name="kim")[0] == 404


def test_members_are_for_who_leads(get, post, api):
    sam = people.make("sam")
    course = people.make_course("Physics", sam)
    for status, _ in (
        get(f"courses/{course.pk}/members/", sam),
        post(f"courses/{course.pk}/members/", sam, name="x"),
    ):
        assert status == 403
    assert api.delete(f"/api/v1/courses/{course.pk}/members/{sam.pk}/").status_code == 403


def test_a_leader_keeps_the_list(get, post, api):
    teacher, sam = people.make_teacher(), people.make("sam")
    course = people.make_course("Physics", teacher)
    path = f"courses/{course.pk}/members/"
    for _ in range(2):
        status, body = post(path, teacher, name="sam@example.org")
        assert (status, body["username"], body["user_id"]) == (201, "sam", sam.pk)
    assert [row["username"] for row in get(path, teacher)[1]["results"]] == ["sam", "tess"]
    assert get(path, teacher, q="sam")[1]["count"] == 1
    for user_id in (sam.pk, sam.pk, 10**30):
        assert api.delete(f"/api/v1/{path}{user_id}/").status_code == 204
    assert Membership.objects.get().user == teacher
    status, body = post(path, teacher, name="nobody")
    assert (status, body["errors"][0]["pointer"]) == (400, "/name")


@pytest.mark.parametrize("name", ["", None, "\0", "\ud83d", ["sam"], "x" * 255])
def test_an_odd_name_is_refused(post, name):
    teacher = people.make_teacher()
    course = people.make_course("Physics", teacher)
    assert post(f"courses/{course.pk}/members/", teacher, name=name)[0] == 400


def test_a_code_makes_a_member_and_guessing_ends(post):
    sam = people.make()
    people.make_course("Physics", access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    assert post("courses/join/")[0] == 401
    status, body = post("courses/join/", sam, code="abcde-fghjk")
    assert (status, body["title"], body["is_led"]) == (200, "Physics", False)
    for code in ("WRONG", "\0", {}):
        assert post("courses/join/", sam, code=code)[0] == 400
    statuses = [post("courses/join/", sam, code="WRONG")[0] for _ in range(courses.MOST_ATTEMPTS)]
    assert statuses[-1] == 429

from types import SimpleNamespace

import pytest

from ingestion import courses
from ingestion.models import Course, CourseAccess, Membership, Video
from tests.ingestion import people

pytestmark = pytest.mark.django_db


def test_a_course_is_made_once_and_led_by_its_maker():
    teacher = people.make_teacher()
    course = courses.create_course(title=" Physics ", user=teacher)
    assert courses.create_course(title="Physics", user=teacher) == course
    assert (course.title, course.access, courses.leads(course=course, user=teacher)) == ("Physics", "list", True)


@pytest.mark.parametrize("title", ["", "  ", "x" * 256, "a\0b"])
def test_a_course_needs_a_title(title):
    with pytest.raises(courses.CourseError, match="needs a title"):
        courses.create_course(title=title, user=people.make_teacher())


def test_a_code_lives_as_long_as_its_course_is_joined_by_code():
    course = people.make_course()
    code = courses.set_access(course_id=course.pk, access="code").join_code
    assert len(code) == courses.CODE_LENGTH
    assert courses.set_access(course_id=course.pk, access="code").join_code == code
    renewed = courses.renew_code(course_id=course.pk).join_code
    assert renewed not in {code, ""}
    assert courses.set_access(course_id=course.pk, access="open").join_code == ""
    with pytest.raises(courses.CourseError, match="joined by code"):
        courses.renew_code(course_id=course.pk)
    with pytest.raises(courses.CourseError):
        courses.set_access(course_id=course.pk, access="everyone")


def test_a_code_lets_in_as_typed_by_people():
    sam = people.make()
    course = people.make_course(access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    for code in ("ABCDEFGHJK", " abcde-fghjk\n"):
        assert courses.join_course(code=code, user=sam) == course
    assert Membership.objects.count() == 1


def test_every_wrong_code_gets_the_same_answer():
    sam = people.make()
    people.make_course("A", access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    people.make_course("B", access=CourseAccess.LIST, join_code="KJHGFEDCBA")
    answers = set()
    for code in ("", "KJHGFEDCBA", "ABCDEFGHJ", "\0", "ÄÖ", "x" * 1000):
        with pytest.raises(courses.CourseError) as error:
            courses.join_course(code=code, user=sam)
        answers.add(str(error.value))
    assert answers == {"No course has this code: ask whoever gave it to you."}
    assert not Membership.objects.exists()


def test_past_the_limit_even_the_right_code_waits_and_others_do_not():
    sam, kim = people.make("sam"), people.make("kim")
    people.make_course(access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    for _ in range(courses.MOST_ATTEMPTS):
        with pytest.raises(courses.CourseError, match="No course"):
            courses.join_course(code="WRONG", user=sam)
    with pytest.raises(courses.TooManyAttemptsError):
        courses.join_course(code="ABCDEFGHJK", user=sam)
    courses.join_course(code="ABCDEFGHJK", user=kim)


def test_without_a_cache_nobody_is_kept_out(monkeypatch):
    monkeypatch.setattr(
        courses, "cache", SimpleNamespace(add=lambda *args, **options: None, incr=lambda key: None)
    )
    people.make_course(access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    courses.join_course(code="ABCDEFGHJK", user=people.make())


def test_members_are_added_by_name_or_address_once():
    sam, course = people.make("sam"), people.make_course()
    for name in ("sam", " sam@example.org ", "SAM@example.org"):
        assert courses.add_member(course=course, name=name) == sam
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nobody", "Nobody here"),
        ("gone", "Nobody here"),
        ("", "Give a user name"),
        ("a\0b", "Give a user name"),
        ("two@example.org", "Several accounts"),
    ],
)
def test_who_cannot_be_added_is_told_in_one_sentence(name, reason):
    people.make("gone", is_active=False)
    people.make("a", email="two@example.org")
    people.make("b", email="two@example.org")
    with pytest.raises(courses.CourseError, match=reason):
        courses.add_member(course=people.make_course(), name=name)
    assert not Membership.objects.exists()


def test_a_user_name_that_is_anothers_address_goes_first():
    people.make("kim", email="x@example.org")
    named = people.make("x@example.org", email="")
    assert courses.add_member(course=people.make_course(), name="x@example.org") == named


def test_a_member_removed_or_gone_stays_away():
    sam, course = people.make(), people.make_course()
    courses.add_member(course=course, name="sam")
    courses.remove_member(course=course, user_id=sam.pk)
    courses.leave_course(course=course, user=sam)
    assert not Course.objects.visible_to(sam).exists()


def test_the_extent_counts_what_may_be_seen():
    course = people.make_course()
    course.videos.add(
        Video.objects.create(video_id="a", duration_seconds=3600), Video.objects.create(video_id="b")
    )
    assert courses.measure_course(course) == courses.Extent(lecture_count=2, hours=1)


def test_members_are_found_by_name_and_address():
    people_of = [people.make("sam", first_name="Samira"), people.make("kim", email="kim@uni.example")]
    course = people.make_course("Physics", *people_of)
    for text, names in {"": ["kim", "sam"], "SAMI": ["sam"], "uni.": ["kim"], "%": []}.items():
        assert [row.user.username for row in courses.find_members(course=course, text=text)] == names

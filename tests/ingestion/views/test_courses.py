import pytest
from django.urls import reverse

from ingestion import courses
from ingestion.models import Course, CourseAccess, Membership
from tests.ingestion import people

pytestmark = pytest.mark.django_db

POSTS = ["course_access", "course_code", "course_members"]


def show(client, course, **query):
    return client.get(reverse("course", args=[course.pk]), query)


def test_a_course_shows_to_those_who_see_it(client):
    course = people.make_course("<i>Physics", people.make("sam"))
    for user, status in ((people.make("kim"), 404), (people.make_operator(), 200), (None, 302)):
        client.logout() if user is None else client.force_login(user)
        assert show(client, course).status_code == status
    client.force_login(course.memberships.get().user)
    page = show(client, course).content.decode()
    assert "&lt;i&gt;Physics" in page
    assert "Leave" in page
    assert "Members" not in page


def test_only_who_leads_a_course_changes_it(client):
    sam = people.make("sam")
    course = people.make_course("Physics", sam)
    for user, status in ((sam, 403), (people.make_teacher("other"), 404)):
        client.force_login(user)
        for name in POSTS:
            assert client.post(reverse(name, args=[course.pk])).status_code == status
        url = reverse("course_member_remove", args=[course.pk, sam.pk])
        assert client.post(url).status_code == status
    assert Membership.objects.count() == 1


def test_a_leader_lets_people_in_by_code_and_renews_it(client):
    teacher = people.make_teacher()
    course = people.make_course("Physics", teacher)
    client.force_login(teacher)
    client.post(reverse("course_access", args=[course.pk]), {"access": "code"})
    code = Course.objects.get().join_code
    assert f'data-test="code">{code}<' in show(client, course).content.decode()
    client.post(reverse("course_code", args=[course.pk]))
    assert Course.objects.get().join_code not in {code, ""}
    response = client.post(reverse("course_access", args=[course.pk]), {"access": "odd"}, follow=True)
    assert "A course is open, joined by code" in response.content.decode()


def test_a_leader_keeps_the_list(client):
    teacher, sam = people.make_teacher(), people.make("sam")
    course = people.make_course("Physics", teacher)
    client.force_login(teacher)
    url = reverse("course_members", args=[course.pk])
    for _ in range(2):
        response = client.post(
            reverse("course_members", args=[course.pk]), {"name": "sam@example.org"}, follow=True
        )
    assert "sam takes part now" in response.content.decode()
    assert course.memberships.count() == 2
    for _ in range(2):
        client.post(reverse("course_member_remove", args=[course.pk, sam.pk]))
    assert [row.user for row in course.memberships.all()] == [teacher]
    response = client.post(url, {"name": "nobody"}, follow=True)
    assert "Nobody here has this user name" in response.content.decode()
    response = client.post(reverse("course_member_remove", args=[course.pk, teacher.pk]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("library")


def test_a_long_list_is_searched_and_paged_with_few_queries(client, django_assert_max_num_queries):
    teacher = people.make_teacher()
    course = people.make_course("Physics", teacher, *[people.make(f"student{n:03}") for n in range(60)])
    client.force_login(teacher)
    with django_assert_max_num_queries(20):
        page = show(client, course).content.decode()
    assert page.count("Remove student") == 50
    assert "1 / 2" in page
    assert show(client, course, page="2").content.decode().count("Remove student") == 10
    assert show(client, course, q="student00").content.decode().count("Remove student") == 10
    assert "No member is called that" in show(client, course, q="\0%_").content.decode()


def test_a_code_makes_a_member_and_a_wrong_one_does_not(client):
    client.force_login(people.make())
    course = people.make_course(access=CourseAccess.CODE, join_code="ABCDEFGHJK")
    assert 'name="code"' in client.get(reverse("join")).content.decode()
    response = client.post(reverse("join"), {"code": "nope"})
    assert response.status_code == 422
    assert "No course has this code" in response.content.decode()
    assert client.post(reverse("join"), {}).status_code == 422
    assert client.post(reverse("join"), {"code": "abcdefghjk"}).url == reverse("course", args=[course.pk])
    assert Membership.objects.count() == 1


def test_codes_are_not_guessed(client):
    client.force_login(people.make())
    statuses = [
        client.post(reverse("join"), {"code": "nope"}).status_code for _ in range(courses.MOST_ATTEMPTS + 1)
    ]
    assert statuses == [422] * courses.MOST_ATTEMPTS + [429]


def test_a_member_leaves(client):
    sam = people.make()
    course = people.make_course("Physics", sam)
    client.force_login(sam)
    assert client.post(reverse("course_leave", args=[course.pk])).url == reverse("library")
    assert not Membership.objects.exists()
    assert client.post(reverse("course_leave", args=[course.pk])).status_code == 404

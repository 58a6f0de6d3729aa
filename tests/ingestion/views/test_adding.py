import pytest
from django.urls import reverse

from ingestion import adding
from ingestion.models import Course, FolderRequest, RequestState
from tests.ingestion import folders, people

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def teacher(client):
    user = people.make_teacher()
    client.force_login(user)
    return user


@pytest.fixture
def physics(inbox):
    folders.write_info(inbox / "physics", folders.info(duration=5400), audio=b"speech")
    return inbox / "physics"


def add(client, **fields):
    return client.post(reverse("add_folder"), {"folder": "physics", "title": "Physics"} | fields)


@pytest.mark.parametrize("name", ["add_folder"])
def test_adding_is_for_teachers_and_operators(client, inbox, name):
    assert client.get(reverse(name)).status_code == 302
    for user, status in ((people.make(), 403), (people.make_teacher(), 200), (people.make_operator(), 200)):
        client.force_login(user)
        assert client.get(reverse(name)).status_code == status
    client.force_login(people.make("kim"))
    assert client.post(reverse(name), {"folder": "physics", "title": "t"}).status_code == 403


def test_folders_are_offered_and_the_roots_named(client, teacher, physics):
    page = client.get(reverse("add_folder")).content.decode()
    assert "inbox/physics" in page
    assert f"<code>{physics.parent}</code>" in page
    assert "Follow something on YouTube" in page


def test_no_folder_says_what_to_do(client, teacher, inbox):
    assert "Put one into a folder named below" in client.get(reverse("add_folder")).content.decode()


def test_a_preview_is_a_whole_page_or_htmxs_part_of_it(client, teacher, physics):
    for headers, is_whole in ({}, True), (HTMX, False):
        response = client.get(reverse("add_folder"), {"folder": str(physics)}, headers=headers)
        page = response.content.decode()
        assert ("<html" in page) is is_whole
        assert "<dd>1.5</dd>" in page
        assert 'value="A course"' in page
        assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("folder", ["/etc", "../..", "nowhere", "x" * 1025, ""])
def test_what_cannot_be_looked_into_says_why(client, teacher, inbox, folder):
    response = client.get(reverse("add_folder"), {"folder": folder})
    assert response.status_code == 200
    assert 'data-test="preview"' not in response.content.decode()


def test_hostile_names_are_shown_as_text(client, teacher, inbox):
    folders.write_info(inbox / "<b>x", folders.info(playlist_title='"><script>alert(1)</script>'))
    page = client.get(reverse("add_folder"), {"folder": "<b>x"}).content.decode()
    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_adding_leads_to_its_progress_and_to_the_course(client, teacher, physics, sent):
    response = add(client)
    request = FolderRequest.objects.get()
    url = reverse("added_folder", args=[request.pk])
    assert response.url == url
    page = client.get(url).content.decode()
    assert 'hx-trigger="every 2s"' in page
    adding.ingest_requested(request_id=request.pk)
    part = client.get(url, headers=HTMX).content.decode()
    assert "every 2s" not in part
    assert "<html" not in part
    assert "1 of 1 files" in part
    assert f'href="/?course={request.course_id}"' in part
    assert 'hx-swap-oob="innerHTML"' in part


def test_what_was_refused_is_listed_with_its_reason_the_second_time_too(client, teacher, physics, sent):
    folders.write_info(physics, {"title": "no id"}, name="odd")
    for _ in range(2):
        add(client)
        request = FolderRequest.objects.latest("pk")
        adding.ingest_requested(request_id=request.pk)
        page = client.get(reverse("added_folder", args=[request.pk])).content.decode()
        assert "<code>odd.info.json</code>: id: Field required" in page
    assert "nothing changed" in page


def test_a_course_of_others_is_no_choice_and_its_title_is_taken(client, teacher, physics, sent):
    course = people.make_course("Chemistry", people.make_teacher("other"))
    for fields in ({"course": course.pk}, {"title": "Chemistry"}, {"title": ""}):
        response = add(client, **fields)
        assert response.status_code == 422
        assert 'class="errorlist' in response.content.decode()
    assert not FolderRequest.objects.exists()


def test_a_course_one_leads_is_a_choice(client, teacher, physics, sent):
    course = people.make_course("Chemistry", teacher)
    add(client, course=course.pk, title="ignored")
    assert FolderRequest.objects.get().course == course
    assert Course.objects.count() == 1


def test_a_refused_folder_is_told_and_nothing_is_made(client, teacher, inbox, sent):
    response = add(client, folder="/etc")
    assert response.status_code == 422
    assert "There is no such folder" in response.content.decode()
    assert not Course.objects.exists()


def test_a_failed_one_says_why_and_is_tried_again(client, teacher, inbox, sent):
    (inbox / "physics").mkdir()
    add(client)
    request = FolderRequest.objects.get()
    adding.ingest_requested(request_id=request.pk)
    page = client.get(reverse("added_folder", args=[request.pk])).content.decode()
    assert "holds neither" in page
    assert "Try again" in page
    for state in (RequestState.PENDING, RequestState.PENDING):  # pressed twice
        client.post(reverse("add_folder_again", args=[request.pk]))
        request.refresh_from_db()
        assert request.state == state


def test_who_no_longer_leads_the_course_cannot_try_again(client, teacher, inbox, sent):
    (inbox / "physics").mkdir()
    add(client)
    request = FolderRequest.objects.get()
    adding.ingest_requested(request_id=request.pk)
    request.course.memberships.all().delete()
    assert client.post(reverse("add_folder_again", args=[request.pk])).status_code == 403
    request.refresh_from_db()
    assert request.state == RequestState.FAILED


def test_the_wish_of_another_is_not_there(client, teacher, physics, sent):
    add(client)
    pk = FolderRequest.objects.get().pk
    client.force_login(people.make_teacher("other"))
    assert client.get(reverse("added_folder", args=[pk])).status_code == 404
    assert client.post(reverse("add_folder_again", args=[pk])).status_code == 404
    assert client.get(reverse("added_folder", args=[10**30])).status_code == 404
    client.force_login(people.make_operator())
    assert client.get(reverse("added_folder", args=[pk])).status_code == 200

import pytest

from ingestion import adding, services
from ingestion.models import Course, FolderRequest, IngestionRun
from tests.ingestion import folders, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def physics(inbox):
    folders.write_info(inbox / "physics", folders.info())
    folders.write_info(inbox / "physics", {"title": "no id"}, name="odd")
    return inbox / "physics"


def test_runs_are_for_operators(get, physics):
    services.ingest_folder(folder=physics, course_title="Physics")
    run = IngestionRun.objects.get()
    for path in ("runs/", f"runs/{run.pk}/"):
        assert get(path)[0] == 401
        assert get(path, people.make_teacher(f"t{path[-2]}"))[0] == 403
    olga = people.make_operator()
    assert get("runs/", olga, state="done")[1]["count"] == 1
    assert get("runs/", olga, state="odd")[0] == 400
    body = get(f"runs/{run.pk}/", olga)[1]
    assert (body["state"], body["record_count"], body["course_title"]) == ("done", 1, "Physics")
    assert body["duration_seconds"] >= 0
    assert get(f"runs/{10**30}/", olga)[0] == 404


def test_a_teacher_adds_a_folder_and_sees_how_far_it_is(get, post, api, physics, sent):
    teacher = people.make_teacher()
    for _ in range(2):
        status, body = post("runs/", teacher, folder="physics", course_title="Physics")
        assert (status, body["state"]) == (202, "pending")
    request = FolderRequest.objects.get()
    adding.ingest_requested(request_id=request.pk)
    status, body = get(f"runs/requests/{request.pk}/", teacher)
    assert (status, body["state"], body["course_id"]) == (200, "done", Course.objects.get().pk)
    progress = body["progress"]
    assert (progress["file_count"], progress["read_count"], progress["rejected_count"]) == (2, 2, 1)
    assert progress["refusals"] == [{"name": "odd.info.json", "reason": "id: Field required"}]
    assert get(f"runs/requests/{request.pk}/", people.make_teacher("other"))[0] == 404


def test_the_answer_names_where_to_look(api, physics, sent):
    api.force_authenticate(people.make_teacher())
    response = api.post("/api/v1/runs/", {"folder": "physics", "course_title": "Physics"}, format="json")
    assert api.get(response["Location"]).json()["id"] == response.json()["id"]


def test_a_student_adds_nothing(post, physics, sent):
    assert post("runs/", people.make(), folder="physics", course_title="Physics")[0] == 403
    assert not FolderRequest.objects.exists()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"folder": "/etc"}, "/folder"),
        ({"folder": "a\0b"}, "/folder"),
        ({"folder": None}, "/folder"),
        ({"folder": "x" * 1025}, "/folder"),
        ({"course_title": "Chemistry"}, "/course_title"),
        ({"course_title": " "}, "/course_title"),
        ({"course_title": "\ud83d"}, "/course_title"),
    ],
)
def test_what_cannot_be_added_is_told_by_field(post, physics, sent, fields, pointer):
    people.make_course("Chemistry")
    body = {"folder": "physics", "course_title": "Physics"} | fields
    status, problem = post("runs/", people.make_teacher(), **body)
    assert (status, problem["errors"][0]["pointer"]) == (400, pointer)
    assert not FolderRequest.objects.exists()

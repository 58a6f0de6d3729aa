import pytest

from ingestion.models import TEACH
from tests.transcripts import pages
from transcripts.models import Correction

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"
BETTER = "A fact table has one grain."


@pytest.fixture
def tina(client):
    user = pages.make_person("tina", TEACH)
    client.force_login(user)
    return user


@pytest.fixture
def segment(tina):
    course = pages.make_course(members=[tina])
    return pages.make_heard(pages.make_lecture(course)).segments.get(position=0)


def patch(client, segment, **sent):
    return client.patch(f"/api/v1/segments/{segment.pk}/", sent, content_type="application/json")


def test_a_segment_is_corrected_and_tells_its_versions(client, segment):
    answer = patch(client, segment, text=BETTER, version=0)
    assert answer.status_code == 200
    told = client.get(f"/api/v1/segments/{segment.pk}/").json()
    assert told == answer.json()
    assert (told["text"], told["version"], told["video_id"]) == (BETTER, 1, "lecture-01")
    assert [(each["version"], each["text"], each["user"]) for each in told["versions"]] == [
        (1, BETTER, "tina"),
        (0, segment.text, ""),
    ]
    listed = client.get("/api/v1/videos/lecture-01/transcript/").json()["segments"]
    assert [(each["text"], each["version"]) for each in listed] == [(BETTER, 1), (pages.SAID[1][2], 0)]


def test_whoever_saves_second_is_told(client, segment):
    patch(client, segment, text=BETTER, version=0)
    answer = patch(client, segment, text="A third thing.", version=0)
    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    assert answer.json()["detail"].startswith("Someone else has corrected this meanwhile")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"text": "x"},
        {"text": "a\x07b", "version": 0},
        {"text": "x", "version": -1},
        {"text": "x", "version": 2**40},
    ],
)
def test_what_is_no_correction_is_a_problem(sent, client, segment):
    answer = patch(client, segment, **sent)
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert not Correction.objects.exists()


def test_what_needs_review_is_listed_until_it_is_settled(client, segment):
    patch(client, segment, text=BETTER, version=0)
    address = "/api/v1/videos/lecture-01/corrections/"
    assert client.get(address).json()["results"] == []
    segment.refresh_from_db()
    segment.transcription.segments.update(correction=None)
    (told,) = client.get(address).json()["results"]
    assert (told["text"], told["heard_text"]) == (BETTER, segment.heard_text)
    settle = f"/api/v1/corrections/{told['id']}/settle/"
    assert [client.post(settle).status_code for _attempt in range(2)] == [204, 204]
    assert client.get(address).json()["results"] == []


def test_a_segment_without_a_text_is_served_no_more(client, segment):
    assert patch(client, segment, text="", version=0).json()["text"] == ""
    listed = client.get("/api/v1/videos/lecture-01/transcript/").json()["segments"]
    assert [each["text"] for each in listed] == [pages.SAID[1][2]]
    assert patch(client, segment, text=segment.text, version=1).json()["version"] == 2
    assert len(client.get("/api/v1/videos/lecture-01/transcript/").json()["segments"]) == 2

import pytest
from django.urls import reverse

from tests.transcripts import factories, pages
from transcripts.models import Segment, State, Transcription

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


@pytest.fixture
def sam(client):
    user = pages.make_person()
    client.force_login(user)
    return user


@pytest.fixture
def row(sam):
    return pages.make_heard(pages.make_lecture(pages.make_course(members=[sam]), title="Facts"))


def as_operator(client):
    client.force_login(pages.make_operator())
    return client


def transcript(client, query="", video_id="lecture-01"):
    return client.get(f"/api/v1/videos/{video_id}/transcript/{query}")


def test_a_transcript_comes_segment_by_segment(client, row):
    assert transcript(client).json() == {
        "video_id": "lecture-01",
        "language": "en",
        "engine": "faster_whisper",
        "model": row.model,
        "duration_seconds": 600.0,
        "segments": [
            {"id": pk, "version": 0, "start_seconds": start, "end_seconds": end, "text": text}
            for pk, (start, end, text) in zip(
                row.segments.order_by("position").values_list("pk", flat=True), pages.SAID, strict=True
            )
        ],
    }


def test_words_come_where_they_are_asked_for(client, row):
    (first, *_) = transcript(client, "?words=1").json()["segments"]
    assert first["words"] == [
        {"start_seconds": 0.0, "end_seconds": 4.0, "text": "A fact table has a grain.", "probability": 0.9}
    ]


def test_a_flag_that_is_none_is_a_problem(client, row):
    answer = transcript(client, "?words=perhaps")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_what_is_doubted_is_shown_to_operators_alone(client, row):
    Segment.objects.create(
        transcription=row, position=9, text="loop", gate_reason="repeated_phrase", start_seconds=9, end_seconds=9
    )
    assert len(transcript(client).json()["segments"]) == 2
    assert transcript(client, "?doubted=1").status_code == 403
    segments = transcript(as_operator(client), "?doubted=1").json()["segments"]
    assert [segment["gate_reason"] for segment in segments] == ["", "", "repeated_phrase"]


def test_how_far_captions_agree_is_shown_with_what_is_doubted(client, row):
    row.segments.filter(position=0).update(caption_agreement=0.5)
    segments = transcript(as_operator(client), "?doubted=1").json()["segments"]
    assert [segment["caption_agreement"] for segment in segments] == [0.5, None]
    assert "caption_agreement" not in transcript(client).json()["segments"][0]


def test_a_long_transcript_costs_the_same_queries(client, row, django_assert_max_num_queries):
    Segment.objects.bulk_create(
        Segment(transcription=row, position=n, text="x", start_seconds=n, end_seconds=n) for n in range(10, 500)
    )
    with django_assert_max_num_queries(7):
        assert len(transcript(client, "?words=1").json()["segments"]) == 492


@pytest.mark.parametrize("accept", ["*/*", "text/vtt", "image/png"])
@pytest.mark.parametrize("kind", ["vtt", "srt", "txt", "json", "parquet"])
def test_files_come_whatever_is_accepted(kind, accept, client, row):
    answer = client.get(f"/api/v1/videos/lecture-01/transcript.{kind}", headers={"Accept": accept})
    assert answer.status_code == 200
    assert b"A fact table has a grain." in answer.content


@pytest.mark.parametrize("video_id", ["unknown", "%00", "a" * 300, "%F0%9F%8E%93"])
def test_an_unknown_video_is_a_problem(video_id, client, sam):
    for address in ("transcript/", "transcript.vtt"):
        answer = client.get(f"/api/v1/videos/{video_id}/{address}")
        assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_an_unknown_kind_is_a_problem(client, row):
    answer = client.get("/api/v1/videos/lecture-01/transcript.docx")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_transcriptions_say_where_they_stand(client, row):
    pages.make_state(row.video, State.RUNNING, duration_seconds=100.0, heard_until_seconds=25.0)
    newest, other = client.get("/api/v1/transcriptions/").json()["results"]
    assert (newest["video_id"], newest["title"], newest["state"]) == ("lecture-01", "Facts", "running")
    assert (newest["percent_heard"], other["percent_heard"]) == (25, 0)


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("?state=failed", 1), ("?engine=captions", 1), ("?state=failed&engine=captions", 0)],
)
def test_transcriptions_are_filtered(query, count, client, row):
    pages.make_state(row.video, State.FAILED)
    Transcription.objects.filter(pk=row.pk).update(engine="captions")
    assert client.get(f"/api/v1/transcriptions/{query}").json()["count"] == count


@pytest.mark.parametrize(
    ("query", "status"), [("?state=odd", 400), ("?engine=odd", 400), ("?page=0", 404), ("?page=" + "9" * 30, 404)]
)
def test_what_cannot_be_asked_is_a_problem(query, status, client, row):
    answer = client.get(f"/api/v1/transcriptions/{query}")
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)


def test_the_list_costs_the_same_queries_whatever_it_holds(client, row, django_assert_max_num_queries):
    for number in range(40):
        video = pages.make_lecture(row.video.courses.get(), f"video-{number}")
        pages.make_state(video, State.PENDING)
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/transcriptions/").json()["results"]) == 41


def again(client, pk):
    return client.post(reverse("api_transcribe_again", args=[pk]))


def test_an_operator_sends_one_back_to_the_start(client, row):
    answer = again(as_operator(client), row.pk)
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    row.refresh_from_db()
    assert (row.state, row.is_preferred) == (State.PENDING, False)


def test_one_that_has_not_ended_is_left_as_it_is(client, row):
    running = pages.make_state(row.video, State.RUNNING)
    answer = again(as_operator(client), running.pk)
    assert (answer.status_code, answer.json()["detail"]) == (409, "It has not ended yet.")
    running.refresh_from_db()
    assert running.state == State.RUNNING


def test_sending_back_is_for_operators(client, row):
    assert again(client, row.pk).status_code == 403
    row.refresh_from_db()
    assert row.state == State.DONE


@pytest.mark.parametrize("pk", [999_999, 2**63, 10**40])
def test_an_unknown_transcription_is_a_problem(pk, client, sam):
    client = as_operator(client)
    for answer in (
        client.get(f"/api/v1/transcriptions/{pk}/"),
        client.post(f"/api/v1/transcriptions/{pk}/again/"),
    ):
        assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_every_route_is_there_for_members_and_for_nobody_else(client, row):
    routes = [
        "/api/v1/videos/lecture-01/transcript/",
        "/api/v1/videos/lecture-01/transcript.vtt",
        f"/api/v1/transcriptions/{row.pk}/",
    ]
    assert [client.get(route).status_code for route in routes] == [200, 200, 200]
    client.force_login(pages.make_person("other"))
    assert [client.get(route).status_code for route in routes] == [404, 404, 404]
    assert client.get("/api/v1/transcriptions/").json()["count"] == 0
    client.logout()
    assert [client.get(route).status_code for route in [*routes, "/api/v1/transcriptions/"]] == [401] * 4


def test_transcripts_of_removed_videos_are_not_there(client, row):
    factories.remove(row.video)
    client = as_operator(client)
    assert transcript(client).status_code == 404
    assert client.get("/api/v1/transcriptions/").json()["count"] == 0

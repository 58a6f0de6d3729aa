import pytest

from ingestion.models import Chapter
from tests.transcripts import pages
from tests.transcripts.test_topics import BAKING, SAILING
from transcripts import chaptering, lectures, topics
from transcripts.models import Transcription

pytestmark = pytest.mark.django_db

SAID = [(4.0 * number, 4.0 * number + 3, text) for number, text in enumerate(BAKING * 2 + SAILING * 2 + BAKING, 1)]


@pytest.fixture
def video():
    return pages.make_lecture(pages.make_course())


def test_published_chapters_come_first(video):
    pages.make_heard(video, SAID)
    Chapter.objects.create(video=video, position=0, title="Bread", start_seconds=0.0)
    assert lectures.open_lecture(video).chapters == [chaptering.Chapter(0.0, "Bread", chaptering.Origin.PUBLISHED)]


def test_else_they_are_found_and_called_by_their_first_words(video):
    pages.make_heard(video, SAID)
    assert [(each.start_seconds, each.text, each.origin) for each in lectures.open_lecture(video).chapters] == [
        (0.0, BAKING[0], "found"),
        (36.0, SAILING[0], "found"),
        (68.0, BAKING[0], "found"),
    ]


def test_what_is_found_is_kept_until_the_transcript_changes(video, monkeypatch):
    row = pages.make_heard(video, SAID, finished_at="2026-11-14T00:00:00Z")
    first = lectures.open_lecture(video).chapters
    with monkeypatch.context() as patch:
        patch.setattr(topics, "find_starts", lambda texts: pytest.fail("it was found before"))
        assert lectures.open_lecture(video).chapters == first
    Transcription.objects.filter(pk=row.pk).update(revision=1)
    row.segments.filter(position__lt=8).update(text="All of this is something else now.")
    assert lectures.open_lecture(video).chapters != first


def test_a_lecture_of_one_topic_or_none_that_is_heard_has_no_chapters(video):
    assert lectures.open_lecture(video).chapters == []
    pages.make_heard(video)
    assert lectures.open_lecture(video).chapters == []


def test_page_and_api_say_which_kind_they_are(video, client):
    pages.make_heard(video, SAID)
    client.force_login(pages.make_operator())
    told = client.get("/api/v1/videos/lecture-01/chapters/").json()
    assert told[1] == {"start_seconds": 36.0, "title": SAILING[0], "origin": "found"}
    assert "Nobody has named any" in client.get("/videos/lecture-01/").content.decode()
    Chapter.objects.create(video=video, position=0, title="Bread", start_seconds=0.0)
    assert client.get("/api/v1/videos/lecture-01/chapters/").json()[0]["origin"] == "published"
    assert "Nobody has named any" not in client.get("/videos/lecture-01/").content.decode()

import pytest
from django.utils import timezone

from ingestion.models import Course, RawRecord
from tests.transcripts import factories
from transcripts import services, vocabulary
from transcripts.models import State, Transcription

pytestmark = pytest.mark.django_db


@pytest.fixture
def video():
    return factories.make_video()


def describe(video, payload, *, kind="info"):
    RawRecord.objects.create(
        source="yt_dlp",
        kind=kind,
        external_id=video.video_id,
        video_id=video.video_id,
        fetched_at=timezone.now(),
        payload=payload,
        payload_sha256=str(RawRecord.objects.count()),
    )


def test_terms_come_from_glossary_tags_title_and_the_names_of_the_description(video):
    Course.objects.create(title="Warehousing", glossary="fan-out\n\nSurrogate key\n").videos.add(video)
    describe(video, {"tags": ["surrogate key", "grain"], "description": "Keys for the shop of Harbor Books."})
    assert vocabulary.gather(video) == "fan-out, surrogate key, grain, A lecture, Harbor Books"


def test_the_newest_description_counts_in_the_form_of_either_source(video):
    describe(video, {"tags": ["old"]})
    describe(video, {"snippet": {"tags": ["new"], "description": None}}, kind="video")
    assert vocabulary.gather(video) == "new, A lecture"


def test_terms_end_where_a_prompt_does(video):
    describe(video, {"tags": [f"term number {number:03}" for number in range(100)]})
    assert len(vocabulary.gather(video)) <= vocabulary.MOST_CHARACTERS


@pytest.mark.parametrize(("expects_terms", "told"), [(True, "A lecture"), (False, "")])
def test_only_an_engine_that_expects_terms_is_told_them(video, fake, monkeypatch, expects_terms, told):
    heard_with, listen = [], fake.listen
    monkeypatch.setattr(fake, "expects_terms", expects_terms)
    monkeypatch.setattr(
        fake, "listen", lambda path, **known: heard_with.append(known["terms"]) or listen(path, **known)
    )
    factories.make_media(video, b"sound")
    services.plan_transcriptions()
    row = Transcription.objects.get()
    services.run_transcription(transcription_id=row.pk)
    row.refresh_from_db()
    assert (row.state, heard_with) == (State.DONE, [told])

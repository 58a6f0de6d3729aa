import pytest

from ingestion.models import Course, MediaFile, MediaKind, Video
from tests.transcripts import factories
from transcripts import planning
from transcripts.models import State, Transcription

pytestmark = pytest.mark.django_db


def plan():
    return planning.plan(engine="fake")


def states():
    return sorted(Transcription.objects.values_list("engine", "state"))


def test_it_plans_audio_and_captions_once(fake):
    video = factories.make_video()
    factories.make_media(video, b"sound")
    factories.make_captions(video)
    assert planning.count_unplanned(engine="fake") == 2
    assert plan() == 2
    assert plan() == 0
    assert states() == [("captions", State.PENDING), ("fake", State.PENDING)]


def test_it_names_a_video_without_audio(fake):
    factories.make_video()
    plan()
    assert states() == [("fake", State.NO_AUDIO)]
    assert Transcription.objects.get().reason


def test_audio_that_comes_later_is_planned_and_its_absence_forgotten(fake):
    video = factories.make_video()
    plan()
    factories.make_media(video, b"sound")
    plan()
    assert states() == [("fake", State.PENDING)]


def test_newer_audio_is_planned_anew(fake):
    video = factories.make_video()
    factories.make_media(video, b"old")
    plan()
    newer = factories.make_media(video, b"new")
    assert plan() == 1
    assert Transcription.objects.filter(media_sha256=newer.sha256).exists()


def test_captions_in_the_language_of_the_course_come_first(fake):
    video = factories.make_video()
    Course.objects.create(title="Warehousing", language="en").videos.add(video)
    english = factories.make_captions(video, language="en-orig")
    factories.make_captions(video, b"WEBVTT\n", language="es")
    plan()
    assert Transcription.objects.get(media_kind=MediaKind.CAPTIONS).media_sha256 == english.sha256


def test_it_passes_removed_videos_over(fake):
    video = factories.make_video()
    factories.make_media(video, b"sound")
    factories.remove(video)
    assert plan() == 0
    assert MediaFile.objects.count() == 1


def test_it_passes_over_what_has_gone_at_its_source_until_it_is_back(fake):
    video = factories.make_video()
    Video.objects.update(is_on_youtube=True, availability="deleted")
    factories.make_media(video, b"sound")
    assert planning.plan(engine="fake") == 0
    Video.objects.update(availability="public")
    assert planning.plan(engine="fake") == 1


@pytest.mark.parametrize(("average", "count"), [(-0.9, 1), (-0.3, 0), (None, 0)])
def test_what_was_heard_with_doubt_is_heard_once_more(fake, settings, average, count):
    settings.TRANSCRIBERS = settings.TRANSCRIBERS | {
        "second_pass": settings.TRANSCRIBERS["fake"] | {"OPTIONS": {"model": "larger"}}
    }
    media = factories.make_media(factories.make_video(), b"sound")
    factories.make_transcription(media, engine="fake", state=State.DONE, mean_log_probability=average)
    assert planning.count_unplanned(engine="fake") == count
    assert plan() == count
    assert plan() == 0
    assert Transcription.objects.filter(engine="second_pass", model="larger").count() == count


def test_without_a_second_engine_doubt_is_left_at_that(fake):
    media = factories.make_media(factories.make_video(), b"sound")
    factories.make_transcription(media, engine="fake", state=State.DONE, mean_log_probability=-0.9)
    assert plan() == 0

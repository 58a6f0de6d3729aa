from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.models import AudioFetch, FetchState, MediaKind, Video
from tests.transcripts import pages
from transcripts import standing
from transcripts.models import State
from transcripts.standing import Told

pytestmark = pytest.mark.django_db

AUDIO, CAPTIONS = {"media_kind": MediaKind.AUDIO}, {"media_kind": MediaKind.CAPTIONS}
PREFERRED = {"is_preferred": True}

CASES = {
    "nothing planned": ([], Told.WAITING),
    "pending": ([(State.PENDING, AUDIO)], Told.WAITING),
    "running": ([(State.RUNNING, AUDIO)], Told.RUNNING),
    "running beats pending": ([(State.PENDING, CAPTIONS), (State.RUNNING, AUDIO)], Told.RUNNING),
    "captions are ready while audio is heard": (
        [(State.DONE, CAPTIONS | PREFERRED), (State.RUNNING, AUDIO)],
        Told.READY,
    ),
    "no audio": ([(State.NO_AUDIO, AUDIO)], Told.NO_AUDIO),
    "audio tells more than captions": ([(State.NO_AUDIO, AUDIO), (State.FAILED, CAPTIONS)], Told.NO_AUDIO),
    "captions alone": ([(State.FAILED, CAPTIONS)], Told.FAILED),
    "the newer audio tells more": ([(State.FAILED, AUDIO), (State.NO_SPEECH, AUDIO)], Told.NO_SPEECH),
    "unreadable": ([(State.NO_SPEECH, AUDIO), (State.UNREADABLE_AUDIO, AUDIO)], Told.UNREADABLE),
    "an end and another try": ([(State.FAILED, AUDIO), (State.PENDING, AUDIO)], Told.WAITING),
}


@pytest.fixture
def told_of():
    told_of = {}
    for number, (rows, told) in enumerate(CASES.values()):
        video = pages.make_lecture(video_id=f"lecture-{number}")
        told_of[video.pk] = told
        for state, values in rows:
            pages.make_state(video, state, **values)
    return told_of


def test_every_video_has_one_state(told_of, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = standing.find(told_of)
    named = dict(zip(told_of, CASES, strict=True))
    assert {named[pk]: each.told for pk, each in found.items()} == {
        name: told for name, (_, told) in CASES.items()
    }


@pytest.mark.parametrize("told", Told)
def test_the_filter_keeps_exactly_what_is_told(told, told_of):
    kept = standing.narrow(Video.objects.retained(), told)
    assert set(kept.values_list("pk", flat=True)) == {pk for pk, each in told_of.items() if each == told}


def test_percent_is_what_was_heard_of_the_recording():
    video = pages.make_lecture()
    pages.make_state(video, State.RUNNING, duration_seconds=200.0, heard_until_seconds=86.9)
    assert standing.find([video.pk])[video.pk].percent == 43


def test_percent_waits_for_the_length_to_be_known():
    video = pages.make_lecture()
    pages.make_state(video, State.RUNNING, heard_until_seconds=86.9)
    assert standing.find([video.pk])[video.pk].percent is None


@pytest.mark.parametrize(("minutes", "is_interrupted"), [(1, False), (-1, True)])
def test_a_worker_whose_lease_ran_out_is_told_of(minutes, is_interrupted):
    video = pages.make_lecture()
    lease = timezone.now() + timedelta(minutes=minutes)
    pages.make_state(video, State.RUNNING, lease_expires_at=lease)
    assert standing.find([video.pk])[video.pk].is_interrupted is is_interrupted


def test_audio_that_is_still_to_be_had_is_told_where_nothing_else_is():
    for name, state in (("lacking", State.NO_AUDIO), ("ready", State.DONE), ("fetched", State.NO_AUDIO)):
        pages.make_state(pages.make_lecture(video_id=name), state, **PREFERRED if state == State.DONE else {})
    pages.make_lecture(video_id="new")
    for video in Video.objects.all():
        fetched = video.video_id == "fetched"
        AudioFetch.objects.create(video=video, state=FetchState.DONE if fetched else FetchState.PENDING)
    pks = dict(Video.objects.values_list("video_id", "pk"))
    found = standing.find(pks.values())
    told = {name: found[pk].fetch is not None for name, pk in pks.items()}
    assert told == {"lacking": True, "new": True, "ready": False, "fetched": False}

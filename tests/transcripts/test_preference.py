from datetime import timedelta

import pytest
from django.utils import timezone

from ingestion.models import MediaFile, MediaKind
from tests.transcripts import factories
from transcripts import preference
from transcripts.models import Segment, State

NOW = timezone.now()

pytestmark = pytest.mark.django_db


@pytest.fixture
def video():
    return factories.make_video()


def make(video, kind, *, gates=("",), fetched_at=NOW, finished_at=NOW, state=State.DONE, media=None):
    """A transcription with a segment for each gate, an empty one where it was passed."""
    media = media or factories.make_media(video, f"{kind}{fetched_at}".encode(), kind=kind)
    MediaFile.objects.filter(pk=media.pk).update(fetched_at=fetched_at)
    digest = f"{finished_at.timestamp():.0f}".rjust(64, "0")
    row = factories.make_transcription(media, state=state, finished_at=finished_at, digest=digest)
    Segment.objects.bulk_create(
        Segment(
            transcription=row, position=place, text="x", gate_reason=gate, start_seconds=place, end_seconds=place
        )
        for place, gate in enumerate(gates)
    )
    return row


def chosen(video):
    preference.choose(video)
    return video.transcriptions.filter(is_preferred=True).first()


def test_what_was_heard_comes_before_captions(video):
    heard = make(video, MediaKind.AUDIO, gates=["", "no_speech"])
    make(video, MediaKind.CAPTIONS, fetched_at=NOW + timedelta(days=1))
    assert chosen(video) == heard


def test_captions_stand_in_where_most_of_what_was_heard_is_doubted(video):
    make(video, MediaKind.AUDIO, gates=["", "no_speech", "repeated_phrase"])
    captions = make(video, MediaKind.CAPTIONS)
    assert chosen(video) == captions
    assert video.transcriptions.count() == 2


def test_what_people_took_out_is_not_doubted(video):
    heard = make(video, MediaKind.AUDIO, gates=["", "not_said", "not_said"])
    make(video, MediaKind.CAPTIONS)
    assert chosen(video) == heard


def test_what_is_doubted_is_read_where_there_is_no_other(video):
    heard = make(video, MediaKind.AUDIO, gates=["", "no_speech", "no_speech"])
    make(video, MediaKind.CAPTIONS, state=State.UNREADABLE_AUDIO)
    assert chosen(video) == heard


def test_the_newest_recording_comes_before_the_newest_run(video):
    make(video, MediaKind.AUDIO, fetched_at=NOW - timedelta(days=1), finished_at=NOW + timedelta(days=1))
    newest = make(video, MediaKind.AUDIO)
    assert chosen(video) == newest


def test_the_newest_run_comes_before_older_ones_of_a_recording(video):
    media = factories.make_media(video, b"sound")
    make(video, MediaKind.AUDIO, media=media)
    newest = make(video, MediaKind.AUDIO, media=media, finished_at=NOW + timedelta(hours=1))
    assert chosen(video) == newest


def test_a_video_without_a_transcript_has_none_chosen(video):
    make(video, MediaKind.AUDIO, state=State.FAILED)
    assert chosen(video) is None

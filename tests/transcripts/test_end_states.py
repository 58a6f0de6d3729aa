"""Every odd file ends in a state with a name, heard by the real engine through the real services."""

import pytest

from tests.transcripts import factories
from transcripts import services
from transcripts.models import Segment, State, Transcription

ENDS = {
    "awful.wav": State.UNREADABLE_AUDIO,
    "bad.wav": State.UNREADABLE_AUDIO,
    "evil.wav": State.UNREADABLE_AUDIO,
    "mono.empty.wav": State.UNREADABLE_AUDIO,
    "mono.invalid.wav": State.UNREADABLE_AUDIO,
    "mono.zero.wav": State.UNREADABLE_AUDIO,
    "null.wav": State.UNREADABLE_AUDIO,
    "silence.mp3": State.NO_SPEECH,
    "music_and_jingle.mp3": State.NO_SPEECH,
    "multichannel.wav": State.DONE,
    "p001.aac": State.DONE,
    "p001.mp4": State.DONE,
    "p001.ogg": State.DONE,
    "p001.webm": State.DONE,
}


def test_every_odd_file_is_covered(shared_data):
    assert {path.name for path in (shared_data / "audio" / "bad").iterdir()} == set(ENDS)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENDS)
def test_an_odd_file_ends_in_a_named_state(shared_data, name, settings):
    # The renewing thread does not see a row that this test never commits: on a busy machine it would give up.
    settings.TRANSCRIPTION_LEASE_SECONDS = 3600
    content = (shared_data / "audio" / "bad" / name).read_bytes()
    factories.make_media(factories.make_video(), content, suffix=f".{name.rpartition('.')[2]}")
    services.plan_transcriptions()
    row = Transcription.objects.get()
    services.run_transcription(transcription_id=row.pk)
    row.refresh_from_db()
    assert row.state == ENDS[name]
    assert bool(row.reason) == (row.state != State.DONE)
    assert row.finished_at is not None
    assert Segment.objects.trusted().exists() == (row.state == State.DONE)


@pytest.mark.django_db
def test_captions_that_are_none_end_in_a_named_state():
    video = factories.make_video()
    factories.make_captions(video, b"no captions")
    services.plan_transcriptions()
    row = Transcription.objects.get(engine="captions")
    services.run_transcription(transcription_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.reason) == (
        State.UNREADABLE_AUDIO,
        "The captions are neither WebVTT nor SubRip, SBV, TTML, SubStation Alpha, SAMI, LRC, "
        "nor a form of YouTube's.",
    )

import asyncio
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from ingestion.lake import lake
from ingestion.models import MediaFile, Video
from tests.transcripts import factories, pages
from transcripts import media
from transcripts.models import State
from transcripts.ranges import Span

CONTENT = bytes(range(256)) * 4
SPANS = [Span(0, 1023), Span(0, 0), Span(1023, 1023), Span(100, 700)]


@pytest.fixture
def stored(each_lake, monkeypatch):
    """A recording in a lake, read 256 bytes at a time."""
    monkeypatch.setattr(media, "BLOCK_BYTES", 256)
    lake().save("audio/sound.opus", ContentFile(CONTENT))
    return MediaFile(lake_key="audio/sound.opus")


async def gather(blocks):
    return [block async for block in blocks]


@pytest.mark.parametrize("span", SPANS)
def test_blocks_are_the_bytes_of_the_span(span, stored):
    blocks = list(media.Blocks(stored, span))
    assert b"".join(blocks) == CONTENT[span.first : span.last + 1]
    assert max(map(len, blocks)) <= 256


@pytest.mark.parametrize("span", SPANS)
def test_an_event_loop_gets_the_same(span, stored):
    blocks = asyncio.run(gather(media.AsyncBlocks(stored, span)))
    assert b"".join(blocks) == CONTENT[span.first : span.last + 1]
    assert max(map(len, blocks)) <= 256


def test_a_file_cut_short_ends_the_stream(stored):
    assert b"".join(media.Blocks(stored, Span(1000, 5000))) == CONTENT[1000:]


def test_a_listener_who_leaves_closes_the_file(stored, monkeypatch):
    opened = []
    storage = media.lake()
    monkeypatch.setattr(media, "lake", lambda: storage)
    keep_open = storage.open
    monkeypatch.setattr(storage, "open", lambda key: opened.append(keep_open(key)) or opened[0])

    async def leave():
        blocks = aiter(media.AsyncBlocks(stored, Span(0, 1023)))
        await anext(blocks)
        assert not opened[0].closed
        await blocks.aclose()

    asyncio.run(leave())
    assert opened[0].closed


@pytest.mark.django_db
def test_the_recording_is_the_one_that_was_heard_before_a_newer_one():
    video = factories.make_video()
    heard, newer = (factories.make_media(video, sound, suffix=".opus") for sound in (b"one", b"two"))
    MediaFile.objects.filter(pk=newer.pk).update(fetched_at=timezone.now() + timedelta(days=1))
    factories.make_captions(video)
    assert media.find_recording(video) == newer
    factories.make_transcription(heard, engine="faster_whisper", state=State.DONE, is_preferred=True)
    assert media.find_recording(video) == heard


@pytest.mark.django_db
def test_what_plays_on_youtube_has_no_recording_here():
    video = pages.make_lecture(is_on_youtube=True)
    factories.make_media(video, b"sound")
    assert media.find_recording(video) is None
    Video.objects.update(is_on_youtube=False)
    assert media.find_recording(Video.objects.get()) is not None


@pytest.mark.parametrize(
    ("key", "content_type"),
    [("a.opus", "audio/ogg"), ("a.mp4", "video/mp4"), ("a.m4a", "audio/mp4"), ("a", "application/octet-stream")],
)
def test_the_content_type_goes_by_the_ending(key, content_type):
    assert media.name_content_type(MediaFile(lake_key=key)) == content_type

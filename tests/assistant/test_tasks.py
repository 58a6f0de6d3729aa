import pytest

from assistant import tasks
from assistant.models import VideoIndex
from assistant.services import chunking, embedding
from tests.assistant import factories

pytestmark = pytest.mark.django_db


def test_each_pending_task_publishes_one_task_an_item(word_embeddings, monkeypatch):
    videos = [factories.make_lecture(f"v{n}", ["Some words are said here."]) for n in range(3)]
    published = []
    monkeypatch.setattr(tasks.embed_video, "delay_on_commit", lambda **ids: published.append(ids))
    chunked = []
    monkeypatch.setattr(tasks.chunk_transcription, "delay_on_commit", lambda **ids: chunked.append(ids))
    tasks.chunk_pending()
    assert chunked == [{"transcription_id": video.transcriptions.get().pk} for video in videos]
    for ids in chunked:
        tasks.chunk_transcription(**ids)
    assert chunking.chunk_progress().is_finished
    tasks.embed_pending()
    assert published == [{"video_id": video.pk} for video in videos]
    for ids in published:
        tasks.embed_video(**ids)
    assert embedding.embedding_progress().is_finished
    assert VideoIndex.objects.embedded().count() == 3
    tasks.withdraw_removed()

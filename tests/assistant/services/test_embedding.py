from datetime import timedelta

import pytest
from django.utils import timezone

from assistant import embeddings
from assistant.models import Chunk, IndexState, Sentence, VideoIndex
from assistant.services import chunking, embedding
from assistant.weights.store import WeightsError
from tests.assistant import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def video():
    video = factories.make_lecture("v1", [f"Sentence number {n} says so." for n in range(9)])
    list(chunking.chunk_pending())
    return video


def count_unembedded():
    return sum(model.objects.filter(embedding=None).count() for model in (Chunk, Sentence))


def test_every_chunk_and_sentence_gets_its_vectors(video, word_embeddings):
    assert not embedding.embedding_progress().is_finished
    assert list(embedding.embed_pending()) == [video.pk]
    assert count_unembedded() == 0
    assert not Sentence.objects.filter(context_embedding=None).exists()
    progress = embedding.embedding_progress()
    assert (progress.done_count, progress.total_count, progress.row_count) == (1, 1, 9)


def test_a_second_run_embeds_nothing(video, word_embeddings, monkeypatch):
    list(embedding.embed_pending())
    monkeypatch.setattr(embeddings, "get_embeddings", lambda: 1 / 0)
    assert list(embedding.embed_pending()) == []
    assert embedding.embed_video(video_id=video.pk) is False


def test_another_model_embeds_anew(video, word_embeddings, settings):
    list(embedding.embed_pending())
    settings.EMBEDDING_MODEL = "another"
    assert not embedding.embedding_progress().is_finished
    list(embedding.embed_pending())
    assert set(Sentence.objects.values_list("embedding_model", flat=True)) == {"another"}


def test_a_video_that_another_worker_embeds_is_left_to_it(video, word_embeddings):
    VideoIndex.objects.update(lease_expires_at=timezone.now() + timedelta(minutes=1))
    assert embedding.embed_video(video_id=video.pk) is False
    VideoIndex.objects.update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    assert embedding.embed_video(video_id=video.pk) is True


def test_what_a_killed_worker_wrote_is_kept(video, word_embeddings, monkeypatch):
    monkeypatch.setattr(embedding, "BATCH_SIZE", 4)
    real, calls = word_embeddings.embed_documents, []

    def die_in_the_second_batch(texts):
        calls.append(texts)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(texts)

    monkeypatch.setattr(word_embeddings, "embed_documents", die_in_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        embedding.embed_video(video_id=video.pk)
    assert Sentence.objects.exclude(embedding=None).count() == 4
    VideoIndex.objects.update(lease_expires_at=None)
    assert embedding.embed_video(video_id=video.pk) is True
    assert count_unembedded() == 0


def test_a_video_whose_attempts_all_died_ends_as_failed(video, word_embeddings):
    VideoIndex.objects.update(embedding_model="all-MiniLM-L6-v2", attempt_count=3)
    assert embedding.embed_video(video_id=video.pk) is False
    index = VideoIndex.objects.get()
    assert (index.state, index.reason) == (IndexState.FAILED, "Each of 3 attempts died.")
    assert embedding.embedding_progress().is_finished
    list(embedding.embed_pending())
    assert VideoIndex.objects.get().state == IndexState.DONE


def test_missing_weights_end_in_a_named_state(video, monkeypatch):
    def miss():
        raise WeightsError("Weights are missing.")

    monkeypatch.setattr(embeddings, "get_embeddings", miss)
    with pytest.raises(WeightsError):
        embedding.embed_video(video_id=video.pk)
    assert VideoIndex.objects.get().reason == "Weights are missing."
    assert embedding.embedding_progress().is_finished


def test_vectors_of_another_length_are_refused(video, word_embeddings, monkeypatch):
    monkeypatch.setattr(word_embeddings, "embed_documents", lambda texts: [[1.0, 0.0]] * len(texts))
    with pytest.raises(embedding.DimensionsError, match="vectors of 2 numbers instead of 384"):
        embedding.embed_video(video_id=video.pk)


def test_a_video_chunked_anew_meanwhile_waits_for_its_own_embedding(video, word_embeddings, monkeypatch):
    real = word_embeddings.embed_documents

    def chunk_anew_meanwhile(texts):
        video.transcriptions.update(finished_at=timezone.now())
        list(chunking.chunk_pending())
        return real(texts)

    monkeypatch.setattr(word_embeddings, "embed_documents", chunk_anew_meanwhile)
    assert embedding.embed_video(video_id=video.pk) is False
    assert VideoIndex.objects.get().state == IndexState.PENDING

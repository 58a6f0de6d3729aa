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
    assert embedding.embedding_progress().failed_count == 1
    assert (list(embedding.embed_pending()), embedding.find_next()) == ([], [])
    assert embedding.revive_failed() == 1
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


def test_any_other_failure_leaves_its_reason_and_is_tried_again_at_once(video, word_embeddings, monkeypatch):
    monkeypatch.setattr(word_embeddings, "embed_documents", lambda texts: 1 / 0)
    for attempt_count in (1, 2, 3):
        assert embedding.find_next() == [video.pk]
        with pytest.raises(ZeroDivisionError):
            embedding.embed_video(video_id=video.pk)
        index = VideoIndex.objects.get()
        assert (index.attempt_count, index.reason) == (attempt_count, "division by zero")
    assert index.state == IndexState.FAILED
    assert embedding.find_next() == []


def test_one_video_that_fails_does_not_stop_the_next(video, word_embeddings, monkeypatch):
    factories.make_lecture("v2", ["Some words are said here."])
    list(chunking.chunk_pending())
    real = word_embeddings.embed_documents
    monkeypatch.setattr(
        word_embeddings, "embed_documents", lambda texts: 1 / 0 if "number" in texts[0] else real(texts)
    )
    assert len(list(embedding.embed_pending())) == 2
    assert VideoIndex.objects.embedded().get().video.video_id == "v2"


def test_of_a_long_backlog_the_claimable_head_is_next(video, monkeypatch):
    others = [factories.make_lecture(f"w{n}", ["Some words are said here."]) for n in range(2)]
    list(chunking.chunk_pending())
    VideoIndex.objects.filter(video=video).update(lease_expires_at=timezone.now() + timedelta(minutes=1))
    monkeypatch.setattr(embedding, "MOST_PUBLISHED", 1)
    assert embedding.find_next() == [others[0].pk]


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

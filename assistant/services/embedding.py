"""Give every chunk and sentence its vector, video by video; a vector knows which model made it."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from assistant import embeddings
from assistant.models import DIMENSIONS, MAX_ATTEMPT_COUNT, Chunk, IndexState, Sentence, VideoIndex
from assistant.weights import store
from ingestion.progress import Progress

logger = logging.getLogger(__name__)

BATCH_SIZE = 128
VECTOR_FIELDS = ["embedding", "embedding_model"]
# A batch takes seconds; a worker that dies keeps its video from others for as long as this.
LEASE = timedelta(seconds=30)
# Of a long backlog every tick publishes the head only.
MOST_PUBLISHED = 100


class DimensionsError(Exception):
    """An embedding model whose vectors do not fit the columns."""

    permanent = True


FAULTS_OF_THE_MODEL = (store.WeightsError, DimensionsError)


def revive_failed() -> int:
    """Send the failed ones back to the start, when a person asks for it; return how many."""
    return VideoIndex.objects.failed().update(state=IndexState.PENDING, attempt_count=0, reason="")


def embed_again(*, video_ids: Sequence[int]) -> int:
    """Send videos back to the start, vectors and all, when a person asks for it; return how many.

    One that is being embedded at this moment is left to it.
    """
    return sum(_forget_vectors(video_id) for video_id in video_ids)


def find_next() -> list[int]:
    """Return the row ids of the videos to be embedded next, at most MOST_PUBLISHED, the oldest first."""
    return list(_find_claimable()[:MOST_PUBLISHED])


def embed_pending() -> Iterator[int]:
    """Embed what is pending, and yield the video's row id after each.

    Raises WeightsError and DimensionsError, which would stop every video; what else goes wrong with one is kept
    as its reason.
    """
    for video_id in list(_find_claimable()):
        try:
            embed_video(video_id=video_id)
        except FAULTS_OF_THE_MODEL:
            raise
        except Exception as error:
            logger.warning("video %s could not be embedded: %r", video_id, error)
        yield video_id


def embed_video(*, video_id: int) -> bool:
    """Embed the chunks and sentences of one video; return False where it is done or another has it.

    An attempt is counted before the work, so that one which kills its process is not tried for ever.
    Whatever it raises is kept as the reason as well; WeightsError and DimensionsError are not tried again.
    """
    index = _claim(video_id, at=timezone.now())
    if index is None:
        return False
    try:
        while _embed_batch(index):
            pass
    except Exception as error:
        is_final = isinstance(error, FAULTS_OF_THE_MODEL) or index.attempt_count >= MAX_ATTEMPT_COUNT
        state = IndexState.FAILED if is_final else IndexState.PENDING
        _finish(index, state=state, reason=str(error) or type(error).__name__)
        raise
    return _finish(index, state=IndexState.DONE)


def embedding_progress() -> Progress:
    """Return how many chunked videos have come to an end, the sentences that have a vector, what failed."""
    indexes = VideoIndex.objects.all()
    unembedded = indexes.unembedded().count()
    row_count = Sentence.objects.filter(embedding_model=settings.EMBEDDING_MODEL).count()
    return Progress(indexes.count() - unembedded, indexes.count(), row_count, indexes.failed().count())


@transaction.atomic
def _forget_vectors(video_id: int) -> bool:
    is_idle = Q(lease_expires_at=None) | Q(lease_expires_at__lt=timezone.now())
    index = VideoIndex.objects.filter(is_idle, video_id=video_id).select_for_update().first()
    if index is None:
        return False
    Sentence.objects.filter(video_id=video_id).update(embedding_model="")
    Chunk.objects.filter(video_id=video_id).update(embedding_model="")
    index.state, index.attempt_count, index.reason = IndexState.PENDING, 0, ""
    index.save(update_fields=["state", "attempt_count", "reason"])
    return True


def _find_claimable() -> QuerySet[VideoIndex, int]:
    claimable = VideoIndex.objects.claimable(at=timezone.now())
    return claimable.order_by("pk").values_list("video_id", flat=True)


@transaction.atomic
def _claim(video_id: int, *, at: datetime) -> VideoIndex | None:
    """Take a video's index for `LEASE`; None where nothing is to be done or all attempts are used up."""
    index = VideoIndex.objects.claimable(at=at).select_for_update().filter(video_id=video_id).first()
    if index is None:
        return None
    if index.embedding_model != settings.EMBEDDING_MODEL:
        index.embedding_model, index.attempt_count = settings.EMBEDDING_MODEL, 0
    is_given_up = index.attempt_count >= MAX_ATTEMPT_COUNT
    if is_given_up:
        index.state, index.reason = IndexState.FAILED, f"Each of {MAX_ATTEMPT_COUNT} attempts died."
        index.lease_expires_at = None
    else:
        index.state, index.reason = IndexState.PENDING, ""
        index.attempt_count, index.lease_expires_at = index.attempt_count + 1, at + LEASE
    index.save(update_fields=["embedding_model", "attempt_count", "state", "reason", "lease_expires_at"])
    return None if is_given_up else index


def _embed_batch(index: VideoIndex) -> bool:
    """Write the next vectors and renew the lease in one transaction; return False where none are missing."""
    is_missing = Q(video_id=index.video_id) & ~Q(embedding_model=index.embedding_model)
    sentences = list(Sentence.objects.filter(is_missing).only("pk", "text", "position")[:BATCH_SIZE])
    chunks = list(Chunk.objects.filter(is_missing).only("pk", "text")[: BATCH_SIZE - len(sentences)])
    rows: list[Sentence | Chunk] = [*sentences, *chunks]
    if not rows:
        return False
    contexts = _find_contexts(index, sentences)
    vectors = _embed_texts([*(row.text for row in rows), *contexts])
    for row, vector in zip(rows, vectors[: len(rows)], strict=True):
        row.embedding, row.embedding_model = vector, index.embedding_model
    for sentence, vector in zip(sentences, vectors[len(rows) :], strict=True):
        sentence.context_embedding = vector
    with transaction.atomic():
        Sentence.objects.bulk_update(sentences, [*VECTOR_FIELDS, "context_embedding"])
        Chunk.objects.bulk_update(chunks, VECTOR_FIELDS)
        return _renew(index)


def _find_contexts(index: VideoIndex, sentences: list[Sentence]) -> list[str]:
    """Return each sentence with the one before it."""
    before = [sentence.position - 1 for sentence in sentences]
    rows = Sentence.objects.filter(video_id=index.video_id, position__in=before)
    texts = dict(rows.values_list("position", "text"))
    return [f"{texts.get(row.position - 1, '')} {row.text}".strip() for row in sentences]


def _embed_texts(texts: list[str]) -> list[list[float]]:
    vectors = embeddings.get_embeddings().embed_documents(texts)
    if len(vectors[0]) != DIMENSIONS:
        raise DimensionsError(
            f"{settings.EMBEDDING_MODEL} makes vectors of {len(vectors[0])} numbers instead of {DIMENSIONS}."
        )
    return vectors


def _renew(index: VideoIndex) -> bool:
    """Return whether the index is still ours: it is another's once its lease ran out or it was chunked anew."""
    expires_at = timezone.now() + LEASE
    mine = VideoIndex.objects.filter(pk=index.pk, lease_expires_at=index.lease_expires_at)
    is_mine = mine.update(lease_expires_at=expires_at) == 1
    index.lease_expires_at = expires_at
    return is_mine


def _finish(index: VideoIndex, *, state: IndexState, reason: str = "") -> bool:
    """End the attempt unless another has taken it over; return whether it was ours."""
    mine = VideoIndex.objects.filter(pk=index.pk, lease_expires_at=index.lease_expires_at)
    at = timezone.now() if state == IndexState.DONE else None
    is_mine = mine.update(state=state, reason=reason, embedded_at=at, lease_expires_at=None) == 1
    logger.info("video %s: embedding %s", index.video_id, state if is_mine else "taken over")
    return is_mine

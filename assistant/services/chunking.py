"""Cut each video's preferred transcript into chunks and sentences, whole or not at all."""

import logging
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from assistant import sentences
from assistant.models import Chunk, IndexState, Sentence, VideoIndex
from ingestion.models import Video
from ingestion.progress import Progress
from transcripts.models import Transcription

logger = logging.getLogger(__name__)

# Of a long backlog every tick publishes the head only.
MOST_PUBLISHED = 100
OF_CHUNK = ("embedding", "embedding_model")
OF_SENTENCE = (*OF_CHUNK, "context_embedding")
Vectors = dict[tuple[str, ...], dict[str, Any]]


def find_unchunked() -> QuerySet[Transcription]:
    """Preferred transcripts whose video has no chunks of them as they are now."""
    current = VideoIndex.objects.filter(
        transcription=OuterRef("pk"),
        transcription_finished_at=OuterRef("finished_at"),
        transcription_revision=OuterRef("revision"),
        format=sentences.FORMAT,
    )
    return _find_readable().exclude(Exists(current))


def find_next() -> list[int]:
    """Return the ids of the transcriptions to be chunked next, at most MOST_PUBLISHED, the oldest first."""
    return list(find_unchunked().order_by("pk").values_list("pk", flat=True)[:MOST_PUBLISHED])


def chunk_pending() -> Iterator[int]:
    """Drop what has outlived its transcript, chunk what is pending, yield the transcription's id after each."""
    drop_outlived()
    for pk in list(find_unchunked().order_by("pk").values_list("pk", flat=True)):
        chunk_transcription(transcription_id=pk)
        yield pk


def drop_outlived() -> int:
    """Delete the chunks of videos that have no transcript any more; return of how many."""
    video_ids = list(VideoIndex.objects.outlived().values_list("video_id", flat=True))
    return sum(_drop_outlived(video_id) for video_id in video_ids)


@transaction.atomic
def chunk_transcription(*, transcription_id: int) -> bool:
    """Put the chunks of one transcript in the place of what its video has; return False if they are there."""
    transcription = _find_readable().filter(pk=transcription_id).first()
    if transcription is None:
        return False
    # The video's row is the lock: of two that chunk it, the second finds the work done.
    _lock(transcription.video_id)
    if not find_unchunked().filter(pk=transcription_id).exists():
        return False
    vectors = _read_vectors(transcription.video_id)
    _delete_chunks(transcription.video_id)
    chunk_count, sentence_count = _write_chunks(transcription, vectors)
    VideoIndex.objects.create(
        video_id=transcription.video_id,
        transcription=transcription,
        transcription_finished_at=transcription.finished_at,
        transcription_revision=transcription.revision,
        format=sentences.FORMAT,
        chunk_count=chunk_count,
        sentence_count=sentence_count,
        state=IndexState.PENDING,
        chunked_at=timezone.now(),
    )
    logger.info("transcription %s: %s chunks, %s sentences", transcription_id, chunk_count, sentence_count)
    return True


def chunk_progress() -> Progress:
    """Return how many preferred transcripts are chunked, of these and what is to be dropped; and the chunks."""
    readable_count, outlived_count = _find_readable().count(), VideoIndex.objects.outlived().count()
    done_count = readable_count - find_unchunked().count()
    return Progress(done_count, readable_count + outlived_count, Chunk.objects.count())


def _find_readable() -> QuerySet[Transcription]:
    return Transcription.objects.preferred().retained().filter(finished_at__isnull=False)


@transaction.atomic
def _drop_outlived(video_id: int) -> bool:
    _lock(video_id)
    if not VideoIndex.objects.outlived().filter(video_id=video_id).exists():
        return False
    _delete_chunks(video_id)
    logger.info("video %s: no transcript any more, chunks dropped", video_id)
    return True


def _lock(video_id: int) -> None:
    Video.objects.select_for_update(no_key=True).get(pk=video_id)


def _delete_chunks(video_id: int) -> None:
    """Delete a video's index and chunks; the sentences go with these."""
    VideoIndex.objects.filter(video_id=video_id).delete()
    Chunk.objects.filter(video_id=video_id).delete()


def _read_vectors(video_id: int) -> Vectors:
    """Return the vectors a video has, by what they were made of: a text, or that before a sentence and its own."""
    chunks = Chunk.objects.filter(video_id=video_id).exclude(embedding=None)
    vectors: Vectors = {(chunk.text,): {name: getattr(chunk, name) for name in OF_CHUNK} for chunk in chunks}
    before = ""
    for sentence in Sentence.objects.filter(video_id=video_id).order_by("position"):
        if sentence.context_embedding is not None:
            vectors[before, sentence.text] = {name: getattr(sentence, name) for name in OF_SENTENCE}
        before = sentence.text
    return vectors


def _write_chunks(transcription: Transcription, vectors: Vectors) -> tuple[int, int]:
    """Insert the chunks and their sentences, with the vectors of texts that have not changed; count each."""
    segments = transcription.segments.trusted().order_by("position")
    groups = list(sentences.group_sentences(list(sentences.split_segments(segments))))
    video_id = transcription.video_id
    chunks = Chunk.objects.bulk_create(
        Chunk(
            video_id=video_id,
            transcription=transcription,
            position=position,
            **vars(group.passage),
            **vectors.get((group.passage.text,), {}),
        )
        for position, group in enumerate(groups)
    )
    said = [
        (chunk, position, sentence)
        for chunk, group in zip(chunks, groups, strict=True)
        for position, sentence in enumerate(group.sentences, group.first_position)
    ]
    before = ["", *(sentence.text for _chunk, _position, sentence in said)]
    rows = Sentence.objects.bulk_create(
        Sentence(
            video_id=video_id,
            chunk=chunk,
            position=position,
            **vars(sentence),
            **vectors.get((before[position], sentence.text), {}),
        )
        for chunk, position, sentence in said
    )
    return len(chunks), len(rows)

"""What the workers do: chunk one transcript, embed one video, answer one question, withdraw."""

from celery import shared_task

from assistant import claims
from assistant.services import asking, chunking, embedding, withdrawal, working
from ingestion import queues


@shared_task
def chunk_pending() -> None:
    chunking.drop_outlived()
    for pk in chunking.find_next() if queues.has_room_for(chunk_transcription) else ():
        chunk_transcription.delay_on_commit(transcription_id=pk)  # type: ignore[attr-defined]


@shared_task
def chunk_transcription(*, transcription_id: int) -> None:
    chunking.chunk_transcription(transcription_id=transcription_id)


@shared_task
def embed_pending() -> None:
    for video_id in embedding.find_next() if queues.has_room_for(embed_video) else ():
        embed_video.delay_on_commit(video_id=video_id)  # type: ignore[attr-defined]


@shared_task
def embed_video(*, video_id: int) -> None:
    embedding.embed_video(video_id=video_id)


@shared_task
def answer_pending() -> None:
    """Publish what waits: what the broker lost, and what a worker that died has left."""
    for pk in asking.find_next() if queues.has_room_for(answer_question) else ():
        answer_question.delay_on_commit(question_id=pk)  # type: ignore[attr-defined]


# Not tried again by itself: whatever has not ended is published by `answer_pending` once its lease is over.
@shared_task(throws=(claims.NotClaimableError, claims.ClaimLostError))
def answer_question(*, question_id: int) -> None:
    working.answer_question(question_id=question_id)


@shared_task
def withdraw_removed() -> None:
    withdrawal.withdraw_removed()

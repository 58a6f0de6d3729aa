"""What the workers do: chunk one transcript, embed one video, withdraw."""

from celery import shared_task

from assistant.services import chunking, embedding, withdrawal


@shared_task
def chunk_pending() -> None:
    chunking.drop_outlived()
    for pk in chunking.find_next():
        chunk_transcription.delay_on_commit(transcription_id=pk)  # type: ignore[attr-defined]


@shared_task
def chunk_transcription(*, transcription_id: int) -> None:
    chunking.chunk_transcription(transcription_id=transcription_id)


@shared_task
def embed_pending() -> None:
    for video_id in embedding.find_next():
        embed_video.delay_on_commit(video_id=video_id)  # type: ignore[attr-defined]


@shared_task
def embed_video(*, video_id: int) -> None:
    embedding.embed_video(video_id=video_id)


@shared_task
def withdraw_removed() -> None:
    withdrawal.withdraw_removed()

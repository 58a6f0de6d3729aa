"""What the workers do: chunk, embed one video, withdraw."""

from celery import shared_task

from assistant.models import VideoIndex
from assistant.services import chunking, embedding, withdrawal


@shared_task
def chunk_pending() -> None:
    for pk in chunking.find_unchunked().order_by("pk").values_list("pk", flat=True):
        chunking.chunk_transcription(transcription_id=pk)


@shared_task
def embed_pending() -> None:
    for video_id in VideoIndex.objects.unembedded().order_by("pk").values_list("video_id", flat=True):
        embed_video.delay_on_commit(video_id=video_id)  # type: ignore[attr-defined]


@shared_task
def embed_video(*, video_id: int) -> None:
    embedding.embed_video(video_id=video_id)


@shared_task
def withdraw_removed() -> None:
    withdrawal.withdraw_removed()

"""What the `cpu.ingest` queue does."""

from pathlib import Path

from celery import shared_task

from ingestion import adding, course_archive, locks, queues, removal, services
from ingestion.audio import fetching


@shared_task(autoretry_for=(locks.AlreadyRunningError,), retry_backoff=True)
def ingest_folder(*, folder: str, course_title: str = "") -> None:
    """Land a folder."""
    services.ingest_folder(folder=Path(folder), course_title=course_title)


@shared_task
def ingest_requested(*, request_id: int) -> None:
    """Land a folder that a person asked for."""
    adding.ingest_requested(request_id=request_id)


@shared_task
def ingest_pending() -> None:
    """Publish the requests that wait."""
    adding.ingest_pending()


@shared_task
def withdraw_removed() -> None:
    """Purge what was landed of removed videos."""
    removal.withdraw_removed()


@shared_task
def fetch_pending() -> None:
    """Publish the videos whose audio is to be fetched next."""
    fetching.tidy_up()
    for video_id in fetching.find_next() if queues.has_room_for(fetch_audio) else ():
        fetch_audio.delay_on_commit(video_id=video_id)  # type: ignore[attr-defined]


@shared_task
def fetch_audio(*, video_id: int) -> None:
    """Fetch the audio of a video."""
    fetching.fetch_audio(video_id=video_id)


@shared_task
def archive_courses() -> None:
    """Keep courses, and what they follow, in the lake."""
    course_archive.archive_courses()

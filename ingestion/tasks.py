"""What the `cpu.ingest` queue does."""

from pathlib import Path

from celery import shared_task

from ingestion import adding, locks, removal, services


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

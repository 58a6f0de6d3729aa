"""What the `cpu.ingest` queue does."""

from pathlib import Path

from celery import shared_task

from ingestion import locks, removal, services


@shared_task(autoretry_for=(locks.AlreadyRunningError,), retry_backoff=True)
def ingest_folder(*, folder: str, course_title: str = "") -> None:
    """Land a folder."""
    services.ingest_folder(folder=Path(folder), course_title=course_title)


@shared_task
def withdraw_removed() -> None:
    """Purge what was landed of removed videos."""
    removal.withdraw_removed()

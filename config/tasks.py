"""What keeps the installation itself in order."""

from celery import shared_task

from config import alerts, housekeeping, pulses


@shared_task
def tidy_up() -> None:
    housekeeping.tidy_up()


@shared_task
def tell() -> None:
    """Tell a person what lasts."""
    alerts.tell()


@shared_task
def sing(*, queue: str) -> None:
    """Say that this queue is being served."""
    pulses.note_queue(queue)

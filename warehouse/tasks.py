"""The warehouse's work on the queue."""

from celery import shared_task

from warehouse import services


@shared_task
def build_warehouse() -> None:
    """Build what has come since the newest build."""
    if not services.build_progress().is_finished:
        services.build_warehouse()


@shared_task
def withdraw_removed() -> None:
    """Take removed videos out of the warehouse."""
    services.withdraw_removed()

"""Beat's scheduler: django-celery-beat's, editable in the admin."""

from django_celery_beat.schedulers import DatabaseScheduler


class SlotScheduler(DatabaseScheduler):  # type: ignore[misc]
    pass

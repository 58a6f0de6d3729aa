"""Beat's scheduler: django-celery-beat's, editable in the admin, in slots that two beats share."""

import datetime
import logging
from typing import Any

from celery import schedules
from django.db import DatabaseError, IntegrityError, close_old_connections, transaction
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from config import schedule
from config.models import ScheduleSlot

logger = logging.getLogger(__name__)


class SlotEntry(ModelEntry):  # type: ignore[misc]
    """An entry that counts its runs from the start of their slot, so that every beat is due at the same time."""

    def __next__(self) -> "SlotEntry":
        entry: SlotEntry = super().__next__()
        entry.model.last_run_at = entry.last_run_at = entry.find_slot()
        return entry

    def find_slot(self) -> datetime.datetime:
        """Return the start of the slot this moment lies in."""
        now = self._default_now()
        is_interval = type(self.schedule) is schedules.schedule
        seconds = self.schedule.run_every.total_seconds() if is_interval else 60
        return schedule.find_slot(now, every_seconds=seconds)


class SlotScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Sends a task only after writing its slot; goes on through outages of the database and of the broker."""

    Entry = SlotEntry

    def apply_entry(self, entry: SlotEntry, producer: Any = None) -> None:
        due_at = entry.find_slot()
        try:
            close_old_connections()
            with transaction.atomic():
                slot = ScheduleSlot.objects.create(name=entry.name, due_at=due_at)
        except IntegrityError:
            logger.debug("%s at %s is another beat's", entry.name, due_at)
            return
        except DatabaseError as error:
            logger.error("%s at %s was not sent, the database does not answer: %s", entry.name, due_at, error)
            return
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception:
            # Another beat, or the next slot, may do better.
            logger.exception("%s at %s was not sent", entry.name, due_at)
            ScheduleSlot.objects.filter(pk=slot.pk).delete()

    @property
    def schedule(self) -> dict[str, SlotEntry]:
        """Return the entries; those known before where the database does not answer."""
        try:
            return super().schedule  # type: ignore[no-any-return]
        except DatabaseError as error:
            if self._schedule is None:
                raise
            logger.error("The schedule was not read anew, the database does not answer: %s", error)
            self._last_full_sync = datetime.datetime.min  # read it as soon as it does
            return self._schedule  # type: ignore[no-any-return]

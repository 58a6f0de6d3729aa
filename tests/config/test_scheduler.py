"""Beat's scheduler against a real database; what it sends is caught on the way to the broker."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from config.celery import app
from config.models import ScheduleSlot
from config.scheduler import SlotEntry, SlotScheduler

NOW = datetime(2026, 11, 25, 12, 0, 7, 500000, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)  # beat closes connections as it goes


@pytest.fixture
def task():
    every = IntervalSchedule.objects.create(every=10, period=IntervalSchedule.SECONDS)
    return PeriodicTask.objects.create(
        name="one", task="warehouse.tasks.build_warehouse", interval=every, last_run_at=NOW - timedelta(minutes=5)
    )


@pytest.fixture
def sent(monkeypatch):
    """The names of what the schedulers sent."""
    names = []
    monkeypatch.setattr(
        SlotScheduler, "apply_async", lambda self, entry, producer=None, advance=True: names.append(entry.name)
    )
    monkeypatch.setattr(SlotEntry, "_default_now", lambda self: NOW)
    return names


def make_scheduler():
    return SlotScheduler(app, lazy=True)


def test_two_schedulers_send_a_slot_once(task, sent):
    for scheduler in (make_scheduler(), make_scheduler()):
        scheduler.apply_entry(scheduler.Entry(PeriodicTask.objects.get(), app=app))
    assert sent == ["one"]
    assert ScheduleSlot.objects.values_list("name", "due_at").get() == (
        "one",
        NOW.replace(second=0, microsecond=0),
    )


def test_the_next_slot_is_sent_again(task, sent, monkeypatch):
    scheduler = make_scheduler()
    scheduler.apply_entry(scheduler.Entry(task, app=app))
    monkeypatch.setattr(SlotEntry, "_default_now", lambda self: NOW + timedelta(seconds=10))
    scheduler.apply_entry(scheduler.Entry(task, app=app))
    assert sent == ["one", "one"]


def test_runs_are_counted_from_the_start_of_their_slot(task, sent):
    entry = next(SlotEntry(task, app=app))
    assert entry.last_run_at == NOW.replace(second=0, microsecond=0)
    assert entry.model.last_run_at == entry.last_run_at


def test_what_could_not_be_sent_leaves_its_slot_to_others(task, sent, monkeypatch):
    def refuse(self, entry, **options):
        raise ConnectionError("the broker is away")

    scheduler = make_scheduler()
    with monkeypatch.context() as patch:
        patch.setattr(SlotScheduler, "apply_async", refuse)
        scheduler.apply_entry(scheduler.Entry(task, app=app))
    assert not ScheduleSlot.objects.exists()
    scheduler.apply_entry(scheduler.Entry(task, app=app))
    assert sent == ["one"]


def test_nothing_is_sent_while_the_database_is_away(task, sent, monkeypatch):
    def refuse(**fields):
        raise OperationalError("away")

    scheduler = make_scheduler()
    entry = scheduler.Entry(task, app=app)
    monkeypatch.setattr(ScheduleSlot.objects, "create", refuse)
    scheduler.apply_entry(entry)
    assert sent == []


def test_the_schedule_known_before_holds_while_the_database_is_away(task, monkeypatch):
    scheduler = make_scheduler()
    known = scheduler.schedule
    assert list(known) == ["one"]
    task.delete()

    def refuse(self):
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseScheduler, "enabled_models", refuse)
        scheduler._last_full_sync -= timedelta(hours=1)
        assert scheduler.schedule == known
    assert scheduler.schedule == {}

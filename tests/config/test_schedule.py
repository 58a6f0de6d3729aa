import json
from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from kombu.exceptions import OperationalError

from config import schedule
from config.celery import app
from config.pipeline import SCHEDULE

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, 0, 7, tzinfo=UTC)


def make_task(**fields):
    every = IntervalSchedule.objects.create(every=60, period=IntervalSchedule.SECONDS)
    return PeriodicTask.objects.create(
        **{"name": "one", "task": "warehouse.tasks.build_warehouse", "interval": every} | fields
    )


def read_rows():
    return sorted(
        PeriodicTask.objects.values_list("name", "task", "enabled", "interval__every", "kwargs", "queue")
    )


def test_every_tick_is_seeded_and_names_a_task_that_exists():
    schedule.seed()
    app.loader.import_default_modules()
    assert set(PeriodicTask.objects.values_list("name", flat=True)) == {tick.name for tick in SCHEDULE}
    assert {tick.task for tick in SCHEDULE} <= app.tasks.keys()


def test_intervals_are_said_as_people_say_them():
    schedule.seed()
    said = {task.name: str(task.interval) for task in PeriodicTask.objects.select_related("interval")}
    assert said["chunk"] == "every 10 seconds"
    assert said["build warehouse"] == "every minute"
    assert said["tidy up"] == "every hour"


def test_seeding_again_changes_nothing():
    schedule.seed()
    before = read_rows()
    schedule.seed()
    assert read_rows() == before


def test_what_an_operator_edited_stays_edited():
    schedule.seed()
    hourly = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(name="chunk").update(enabled=False, interval=hourly, kwargs='{"a": 1}')
    before = read_rows()
    schedule.seed()
    assert read_rows() == before


def test_what_an_operator_deleted_stays_deleted():
    schedule.seed()
    PeriodicTask.objects.get(name="embed").delete()
    schedule.seed()
    assert not PeriodicTask.objects.filter(name="embed").exists()


def test_what_an_operator_made_under_the_same_name_is_theirs():
    task = make_task(name="embed")
    schedule.seed()
    assert PeriodicTask.objects.get(name="embed").task == task.task


def test_a_canary_goes_through_the_queue_it_sings_of():
    schedule.seed()
    canaries = PeriodicTask.objects.filter(task="config.tasks.sing")
    assert {(row.queue, json.loads(row.kwargs)["queue"]) for row in canaries} == {
        (queue, queue)
        for queue in ("cpu.default", "cpu.ingest", "gpu.embed", "gpu.transcribe", "gpu.train", "gpu.answer")
    }


def test_the_next_run_is_the_next_slot():
    assert schedule.find_next_run(make_task(), after=NOON) == datetime(2026, 11, 25, 12, 1, tzinfo=UTC)


def test_the_next_run_of_a_crontab_is_when_it_says():
    crontab = CrontabSchedule.objects.create(hour="4", minute="30")
    task = make_task(interval=None, crontab=crontab)
    assert abs(schedule.find_next_run(task, after=NOON) - datetime(2026, 11, 26, 4, 30, tzinfo=UTC)) < timedelta(
        seconds=1
    )


def test_what_is_switched_off_has_no_next_run_and_what_begins_later_waits():
    later = NOON + timedelta(days=3)
    assert schedule.find_next_run(make_task(enabled=False), after=NOON) is None
    assert schedule.find_next_run(make_task(name="two", start_time=later), after=NOON) == later


def test_the_list_follows_the_data_and_ends_with_what_was_added(django_assert_num_queries):
    schedule.seed()
    make_task(name="a task of the operator's")
    with django_assert_num_queries(1):
        planned = schedule.list_planned(at=NOON)
    assert [each.name for each in planned] == [*(tick.name for tick in SCHEDULE), "a task of the operator's"]


def test_running_now_sends_the_task_as_it_is_planned(monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda *arguments, **options: sent.append((*arguments, options)))
    schedule.run_now(make_task(enabled=False, kwargs='{"queue": "gpu.embed"}', queue="gpu.embed"))
    assert sent == [("warehouse.tasks.build_warehouse", [], {"queue": "gpu.embed"}, {"queue": "gpu.embed"})]


def test_running_a_task_that_nobody_declares_is_refused():
    with pytest.raises(schedule.UnknownTaskError, match=r"No app declares the task a\.b"):
        schedule.run_now(make_task(task="a.b"))


def test_running_now_says_that_redis_does_not_answer(monkeypatch):
    def refuse(*arguments, **options):
        raise OperationalError("refused")

    monkeypatch.setattr(app, "send_task", refuse)
    with pytest.raises(OperationalError):
        schedule.run_now(make_task())

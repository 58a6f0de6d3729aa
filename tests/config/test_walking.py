from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from config import supervision, walking, workers
from config.pipeline import Stage
from config.walking import Patience, Walked
from ingestion.models import Course, Video
from ingestion.progress import Progress
from tests.transcripts import factories

STAGE = Stage(name="embed", task="", progress="")


class CountingSupervisor:
    def __init__(self):
        self.revived_count = 0

    def revive(self):
        self.revived_count += 1


def count_while_a_worker_moves_work():
    """Count videos by the courses they are in, as a progress counts what is planned and what is not."""
    planned = Video.objects.filter(courses__isnull=False).count()
    with ThreadPoolExecutor(1) as worker:
        worker.submit(plan_all).result()
    return Progress(0, planned + Video.objects.filter(courses__isnull=True).count(), 0)


def plan_all():
    Course.objects.get().videos.set(Video.objects.all())
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_work_that_moves_between_two_questions_is_not_missed():
    factories.make_video()
    Course.objects.create(title="Course")
    stage = Stage(name="plan", task="", progress=f"{__name__}.count_while_a_worker_moves_work")
    assert not walking.look(stage).is_finished


def test_a_stage_that_stands_still_is_given_up(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(walking, "STILL_SECONDS", -1)
    with pytest.raises(walking.StandstillError, match="Nothing has moved in the stage 'embed'"):
        Patience("embed", supervisor=None).wait(Progress(0, 1, 0))


def test_a_stage_is_given_up_sooner_where_it_is_known_what_it_waits_for(monkeypatch):
    monkeypatch.setattr(walking, "OBSTACLE_SECONDS", -1)
    patience = Patience("transcribe", supervisor=None)
    patience.wait(Progress(0, 1, 0))
    with pytest.raises(walking.StandstillError, match=r"^The weights are gone\.$"):
        patience.wait(Progress(0, 1, 0), obstacle="The weights are gone.")


def test_waiting_keeps_the_workers_alive(monkeypatch):
    monkeypatch.setattr(walking, "POLL_SECONDS", 0)
    supervisor = CountingSupervisor()
    patience = Patience("embed", supervisor=supervisor)
    for count in range(3):
        patience.wait(count)
    assert supervisor.revived_count == 3


def test_failures_are_counted_by_stage():
    fine, failed = Progress(2, 2, 9), Progress(2, 2, 5, failed_count=1)
    assert walking.describe_failures([Walked(STAGE, fine, 0.1)]) == ""
    assert "1 in embed" in walking.describe_failures([Walked(STAGE, fine, 0.1), Walked(STAGE, failed, 0.1)])


@pytest.mark.parametrize(
    ("served", "is_ours"),
    [(["cpu.ingest", "cpu.default", "gpu.transcribe", "gpu.embed", "gpu.answer"], False), (["gpu.embed"], True)],
)
def test_a_worker_is_started_unless_others_serve_every_queue(monkeypatch, served, is_ours):
    events = []
    monkeypatch.setattr(workers, "_find_served_queues", lambda: set(served))
    monkeypatch.setattr(supervision.Supervisor, "__enter__", lambda self: events.append("started") or self)
    monkeypatch.setattr(supervision.Supervisor, "__exit__", lambda self, *error: events.append("stopped"))
    with workers.serving() as supervisor:
        assert (supervisor is not None) is is_ours
    assert events == (["started", "stopped"] if is_ours else [])


def test_a_worker_that_keeps_dying_is_given_up(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = settings.BASE_DIR = tmp_path  # where there is no manage.py
    monkeypatch.setattr(workers, "_find_served_queues", set)
    monkeypatch.setattr(workers, "MOST_DEATHS", 2)
    with pytest.raises(supervision.KeepsDyingError, match="worker died 2 times"), workers.serving() as supervisor:
        while True:
            supervisor.revive()

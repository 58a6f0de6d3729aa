import pytest

from config import walking, workers
from config.pipeline import Stage
from config.walking import Patience, Walked
from ingestion.progress import Progress

STAGE = Stage(name="embed", task="", progress="")


class DeadWorker:
    def __init__(self):
        self.revived_count = 0

    def revive(self):
        self.revived_count += 1


def test_a_stage_that_stands_still_is_given_up(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(walking, "STILL_SECONDS", -1)
    with pytest.raises(workers.WorkerError, match="Nothing has moved in the stage 'embed'"):
        Patience("embed", worker=None).wait(Progress(0, 1, 0))


def test_waiting_keeps_the_worker_alive(monkeypatch):
    monkeypatch.setattr(walking, "POLL_SECONDS", 0)
    worker = DeadWorker()
    patience = Patience("embed", worker=worker)
    for count in range(3):
        patience.wait(count)
    assert worker.revived_count == 3


def test_failures_are_counted_by_stage():
    fine, failed = Progress(2, 2, 9), Progress(2, 2, 5, failed_count=1)
    assert walking.describe_failures([Walked(STAGE, fine, 0.1)]) == ""
    assert "1 in embed" in walking.describe_failures([Walked(STAGE, fine, 0.1), Walked(STAGE, failed, 0.1)])


@pytest.mark.parametrize(
    ("served", "is_ours"),
    [(["cpu.ingest", "cpu.default", "gpu.transcribe", "gpu.embed", "gpu.answer"], False), (["gpu.embed"], True)],
)
def test_a_worker_is_started_unless_others_serve_every_queue(monkeypatch, served, is_ours):
    started = []
    monkeypatch.setattr(workers, "_find_served_queues", lambda: set(served))
    monkeypatch.setattr(workers.Worker, "__init__", lambda self: started.append(self))
    monkeypatch.setattr(workers.Worker, "stop", lambda self: started.append("stopped"))
    with workers.serving() as worker:
        assert (worker is not None) is is_ours
    assert len(started) == (2 if is_ours else 0)


def test_a_worker_that_keeps_dying_is_given_up(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)  # where there is no manage.py
    worker = workers.Worker()
    with pytest.raises(workers.WorkerError, match="The worker died 5 times"):
        for _ in range(workers.Worker.MOST_STARTS):
            worker.process.communicate()
            worker.revive()

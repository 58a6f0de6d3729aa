"""The long series: processes killed again and again at random moments, seeded (`make faults`).

python -m pytest tests/system/series.py
"""

import random
import time

import pytest

from tests.system import pulling
from tests.system.stack import LECTURES, Stack, difference, write_course
from tests.transcripts import hearing

# Twenty kills take their time.
pytestmark = pytest.mark.timeout(3600)

ROUNDS = 10
PULL_KILLS, KILLS_A_PULL = 20, 4
HEARING_KILLS, KILLS_A_HEARING = 20, 5
VICTIMS = ("worker", "postgres", "valkey")


def test_workers_killed_at_random_moments_lose_and_double_nothing(tmp_path, finished):
    chance = random.Random(20261123)
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        stack = Stack(folder / "var")
        try:
            stack.manage("ingest", str(write_course(folder / "course", video_ids=LECTURES)))
            pipeline = stack.start("pipeline")
            for _ in range(chance.randint(1, 2)):
                time.sleep(chance.uniform(2, 25))
                stack.kill_workers()
            output, _ = pipeline.communicate()
            assert pipeline.returncode == 0, output
            _, rows, lake = finished
            assert difference(stack.rows(), rows) == {}
            assert stack.lake_of_any_run() == lake
        finally:
            stack.close()


@pytest.mark.django_db(transaction=True)
def test_recordings_heard_among_twenty_kills_are_those_of_undisturbed_runs(lake_dir):
    chance = random.Random(20261127)
    undisturbed = hearing.hear(hearing.plan(), lake=lake_dir)
    for _ in range(HEARING_KILLS // KILLS_A_HEARING):
        kills = sorted(chance.uniform(0, 60) for _ in range(KILLS_A_HEARING))
        assert hearing.hear(hearing.plan(), lake=lake_dir, kills=kills) == undisturbed


def test_pulls_among_twenty_kills_lose_and_double_nothing(tmp_path, undisturbed_pull):
    chance = random.Random(20261126)
    for number in range(PULL_KILLS // KILLS_A_PULL):
        with pulling.pulling(tmp_path / str(number)) as pulled:
            for _ in range(KILLS_A_PULL):
                time.sleep(chance.uniform(0.5, 8))
                pulled.kill(chance.choice(VICTIMS))
            pulled.finish()
            assert difference(pulled.rows(), undisturbed_pull) == {}
            assert pulled.lake() == pulled.told_of()
            assert pulled.stack.query(pulling.ASKED_AGAIN) == []
            assert pulled.stack.query(pulling.LANDED_UNITS) == [(pulling.LEAST_UNITS,)]
            most_lost = KILLS_A_PULL * pulling.LOST_A_KILL
            assert pulled.youtube.units["general"] <= pulling.LEAST_UNITS + most_lost

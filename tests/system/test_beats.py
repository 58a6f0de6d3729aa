"""Two real beats on the real broker: every slot is sent once, before, while and after one of them is killed."""

import itertools
import json
import time
from collections import Counter
from datetime import datetime, timedelta

import redis

from config import embedded
from tests.system.stack import Stack

SECONDS = 10
SET_UP = """
from django_celery_beat.models import IntervalSchedule, PeriodicTask
every = IntervalSchedule.objects.create(every=1, period="seconds")
PeriodicTask.objects.create(name="tick", task="config.tasks.sing", interval=every, queue="gpu.train",
                            kwargs='{"queue": "gpu.train"}')
"""


def read_slots(stack):
    rows = stack.query("SELECT due_at FROM config_scheduleslot WHERE name = 'tick' ORDER BY due_at")
    return [due_at for (due_at,) in rows]


def wait_for_slots(stack, count):
    deadline = time.monotonic() + 60
    while len(read_slots(stack)) < count:
        assert time.monotonic() < deadline, "the beats send nothing"
        time.sleep(0.1)


def test_two_beats_send_every_slot_once(tmp_path):
    stack, beats = Stack(tmp_path / "var"), []
    try:
        stack.manage("shell", "-v0", "-c", SET_UP)
        beats += [stack.start("beat") for _ in range(2)]
        wait_for_slots(stack, 2)
        time.sleep(SECONDS / 2)
        beats[0].kill()
        time.sleep(SECONDS / 2)
        beats[1].terminate()
        told = "".join(beat.communicate()[0] for beat in beats)
        slots = read_slots(stack)
        assert max(Counter(slots).values()) == 1, told
        steps = {later - earlier for earlier, later in itertools.pairwise(slots)}
        assert steps == {timedelta(seconds=1)}, told
        assert all(isinstance(slot, datetime) and slot.microsecond == 0 for slot in slots)
        messages = count_messages(stack)
        # The beat that was killed may have died between its slot and its message.
        assert len(slots) - 1 <= messages <= len(slots), told
    finally:
        for beat in beats:
            beat.kill()
            beat.wait()
        stack.close()


def count_messages(stack):
    """Count how often the task was sent."""
    with redis.Redis.from_url(embedded.addresses(stack.var_dir).redis_url) as client:
        messages = [json.loads(message) for message in client.lrange("gpu.train", 0, -1)]
    return sum(message["headers"]["periodic_task_name"] == "tick" for message in messages)

import socket

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config import serving
from config.pipeline import WORKERS


@pytest.fixture
def taken():
    """A port of this machine that something listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_said_in_one_sentence(taken):
    with pytest.raises(serving.AddressError) as caught:
        serving.bind("127.0.0.1", taken)
    assert str(caught.value) == (
        f"The address 127.0.0.1:{taken} is taken: stop what listens there, or set WEB_ADDRESS."
    )


def test_an_address_of_another_machine_is_said_in_one_sentence():
    with pytest.raises(serving.AddressError, match=r"The address 192.0.2.1:0 cannot be used \(.+\)"):
        serving.bind("192.0.2.1", 0)


def test_the_next_free_port_is_found(taken):
    with serving.bind_next_free("127.0.0.1", taken) as listener:
        assert listener.getsockname()[1] > taken
        assert serving.make_url(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_serving_starts_nothing_where_the_port_is_taken(taken, settings):
    settings.WEB_ADDRESS = ("127.0.0.1", taken)
    with pytest.raises(CommandError, match="is taken"):
        call_command("up")


def test_everything_that_serves_is_started(settings):
    settings.WEB_PROCESSES = 3
    with serving.bind("127.0.0.1", 0) as listener:
        programs = {program.name: program for program in serving.list_programs(listener)}
        assert list(programs) == ["web-1", "web-2", "web-3", *(worker.name for worker in WORKERS), "beat"]
        assert programs["web-1"].descriptors == (listener.fileno(),)


def test_every_queue_is_served_and_questions_wait_for_nothing_else(settings):
    served = [queue for worker in WORKERS for queue in worker.queues]
    assert sorted(served) == sorted(settings.QUEUES)
    assert [worker.queues for worker in WORKERS if "gpu.answer" in worker.queues] == [("gpu.answer",)]

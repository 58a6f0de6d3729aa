from types import SimpleNamespace

import ctranslate2
import pytest

from transcripts.transcribers import hardware


@pytest.fixture
def gpus(monkeypatch):
    def pretend(count, *, mebibytes):
        monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: count)
        monkeypatch.setattr(hardware, "_least_gpu_memory", lambda: mebibytes)

    return pretend


def test_a_processor_has_a_worker_of_one_thread_for_each_core(gpus):
    gpus(0, mebibytes=0)
    plan = hardware.plan(threads=3)
    assert plan == hardware.Plan("cpu", "int8", worker_count=3, batch_size=hardware.CPU_BATCH_SIZE)
    assert plan.device_index == 0
    assert hardware.plan().worker_count >= 1


@pytest.mark.parametrize(("mebibytes", "precision"), [(80_000, "float16"), (4_000, "int8_float16")])
def test_a_gpu_computes_as_precisely_as_its_memory_allows(gpus, mebibytes, precision):
    gpus(2, mebibytes=mebibytes)
    plan = hardware.plan()
    assert plan == hardware.Plan("cuda", precision, worker_count=2, batch_size=16)
    assert plan.device_index == [0, 1]


def test_a_processor_that_is_asked_for_is_taken_beside_a_gpu(gpus):
    gpus(1, mebibytes=80_000)
    assert hardware.plan(device="cpu").device == "cpu"


def test_threads_share_their_heaps_and_empty_them_where_the_c_library_can(monkeypatch):
    told = []
    glibc = SimpleNamespace(mallopt=lambda *values: told.append(values), malloc_trim=told.append)
    for library in (glibc, SimpleNamespace()):
        monkeypatch.setattr(hardware.ctypes, "CDLL", lambda name, library=library: library)
        hardware.share_heaps()
        hardware.empty_heaps()
    assert told == [(-8, 2), 0]


@pytest.mark.parametrize(("visible", "asked"), [("", []), ("1", ["--id=1"])])
def test_the_memory_asked_about_is_that_of_the_gpus_it_sees(monkeypatch, visible, asked):
    told = []
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr(
        hardware.subprocess, "run", lambda command, **how: told.append(command) or SimpleNamespace(stdout="8\n9\n")
    )
    assert hardware._least_gpu_memory() == 8
    assert told == [(*hardware.QUERY, *asked)]

"""How an engine runs on the machine it finds itself on: chosen once, printed by `transcribe --plan`."""

import ctypes
import os
import subprocess
from dataclasses import dataclass

# With less, int8 weights leave room for the batch.
LEAST_FLOAT16_MIB = 8 * 1024
# Chunks that are decoded together: on a CPU more make nothing faster and take memory, most of it where one of them
# loops; on a GPU a piece has no more.
CPU_BATCH_SIZE, GPU_BATCH_SIZE = 2, 16
# glibc's number for the option, and how many heaps all threads share.
M_ARENA_MAX, HEAP_COUNT = -8, 2
QUERY = ("nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits")


@dataclass(frozen=True)
class Plan:
    """Where a model runs and how much of it at once; what it changes of a transcript makes none of its own.

    On a CPU many workers of one thread hear more than one of many threads; every GPU has one worker.
    """

    device: str
    precision: str
    worker_count: int
    batch_size: int
    threads_per_worker: int = 1

    @property
    def device_index(self) -> int | list[int]:
        return list(range(self.worker_count)) if self.device == "cuda" else 0


def plan(*, device: str = "auto", threads: int = 0) -> Plan:
    """Choose for a device ("cpu", "cuda", "auto"); 0 threads are as many as this process may use."""
    import ctranslate2

    gpu_count = 0 if device == "cpu" else ctranslate2.get_cuda_device_count()
    if device == "cuda" or gpu_count:
        precision = "float16" if _least_gpu_memory() >= LEAST_FLOAT16_MIB else "int8_float16"
        return Plan("cuda", precision, worker_count=max(1, gpu_count), batch_size=GPU_BATCH_SIZE)
    return Plan("cpu", "int8", worker_count=threads or _count_cores(), batch_size=CPU_BATCH_SIZE)


def share_heaps() -> None:
    """Let the threads of this process share their heaps, where it runs on glibc.

    It gives each thread one of its own, and what one has freed serves no other: hours of hearing would swell them.
    """
    _call_library("mallopt", M_ARENA_MAX, HEAP_COUNT)


def empty_heaps() -> None:
    """Give the system back what is free in the heaps, where it runs on glibc."""
    _call_library("malloc_trim", 0)


def _call_library(name: str, *values: int) -> None:
    """Call a function of the C library, if it has one of that name."""
    if os.name == "posix" and hasattr(library := ctypes.CDLL(None), name):
        getattr(library, name)(*values)


def _count_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pick_visible() -> list[str]:
    """Return the argument that keeps the driver's tool, which shows all GPUs, to those of this process."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return [f"--id={visible}"] if visible else []


def _least_gpu_memory() -> int:
    """Return the MiB of the smallest GPU; enough where the driver's tool is not there to say."""
    try:
        told = subprocess.run((*QUERY, *_pick_visible()), capture_output=True, text=True, check=True).stdout  # noqa: S603
        return min(map(int, told.split()))
    except (OSError, subprocess.CalledProcessError, ValueError):
        return LEAST_FLOAT16_MIB

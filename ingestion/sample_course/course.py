"""Read the course as it lies in this folder: lecture scripts, catalogue and recorded sentences."""

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SCRIPTS = FOLDER / "lectures"
VIDEOS = FOLDER / "videos"
REPLIES = FOLDER / "api"
CATALOGUE = FOLDER / "catalogue.toml"
SENTENCES = FOLDER / "sentences.jsonl"
QUESTIONS = FOLDER / "questions.jsonl"

CLOSING_SILENCE_SECONDS = 0.8


@dataclass(frozen=True)
class ScriptLine:
    """One sentence of a script and where it stands."""

    text: str
    chapter: str
    opens_paragraph: bool


@dataclass(frozen=True)
class Script:
    """What is said in one lecture."""

    video_id: str
    title: str
    lines: tuple[ScriptLine, ...]


@dataclass(frozen=True)
class Sentence:
    """One sentence as it was recorded; positions count from zero within a video."""

    video_id: str
    position: int
    start_seconds: float
    end_seconds: float
    text: str


@dataclass(frozen=True)
class Chapter:
    """A titled span of a recording."""

    title: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class Lecture:
    """A script together with its recording and its entry in the catalogue."""

    script: Script
    sentences: tuple[Sentence, ...]
    entry: Mapping[str, Any]

    @property
    def video_id(self) -> str:
        return self.script.video_id

    @property
    def duration_seconds(self) -> int:
        return closing_second(self.sentences[-1].end_seconds)

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Take each chapter from its first sentence to the next chapter; the first begins at zero."""
        openings: dict[str, float] = {}
        for line, sentence in zip(self.script.lines, self.sentences, strict=True):
            openings.setdefault(line.chapter, sentence.start_seconds if openings else 0.0)
        borders = [*openings.values(), float(self.duration_seconds)]
        return tuple(
            Chapter(title=title, start_seconds=start, end_seconds=end)
            for title, (start, end) in zip(openings, pairwise(borders), strict=True)
        )


def closing_second(last_end_seconds: float) -> int:
    """Round the end of a recording up to a whole second, so that every source states the same duration."""
    return math.ceil(last_end_seconds + CLOSING_SILENCE_SECONDS)


def read_script(path: Path) -> Script:
    """Parse `# Title`, `# id: ...`, `## Chapter` and one sentence a line; a blank line ends a paragraph."""
    title = video_id = chapter = ""
    opens_paragraph = True
    lines: list[ScriptLine] = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        if raw.startswith("## "):
            chapter = raw.removeprefix("## ")
            opens_paragraph = True
        elif raw.startswith("# id: "):
            video_id = raw.removeprefix("# id: ")
        elif raw.startswith("# "):
            title = raw.removeprefix("# ")
        elif raw:
            lines.append(ScriptLine(text=raw, chapter=chapter, opens_paragraph=opens_paragraph))
            opens_paragraph = False
        else:
            opens_paragraph = True
    return Script(video_id=video_id, title=title, lines=tuple(lines))


def read_scripts() -> tuple[Script, ...]:
    """Read all scripts in the order of the playlist."""
    return tuple(read_script(path) for path in sorted(SCRIPTS.glob("*.txt")))


def read_catalogue() -> dict[str, Any]:
    """Read what is known of the channel, the playlist and each video besides its words."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


def read_sentences() -> dict[str, tuple[Sentence, ...]]:
    """Read the recorded sentences, grouped by video id."""
    grouped: dict[str, tuple[Sentence, ...]] = {}
    for row in read_jsonl(SENTENCES):
        sentence = Sentence(**row)
        grouped[sentence.video_id] = (*grouped.get(sentence.video_id, ()), sentence)
    return grouped


def read_lectures() -> tuple[Lecture, ...]:
    """Join scripts, recordings and catalogue entries in the order of the playlist."""
    sentences = read_sentences()
    entries = read_catalogue()["videos"]
    return tuple(
        Lecture(script=script, sentences=sentences[script.video_id], entry=entries[script.video_id])
        for script in read_scripts()
    )


def write_sentences(sentences: Iterable[Sentence]) -> None:
    """Write one line a sentence."""
    write_jsonl(path=SENTENCES, rows=(asdict(sentence) for sentence in sentences))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_jsonl(*, path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")


def write_json(*, path: Path, document: Mapping[str, Any]) -> None:
    """Write an indented JSON document and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

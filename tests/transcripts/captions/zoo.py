"""The recorded captions of others, malformed ones among them, and what becomes of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transcripts import captions
from transcripts.audio import UnreadableAudioError
from transcripts.transcribers.captions import Captions

VERDICTS = READ, REPAIRED, REFUSED = "read", "repaired", "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of a file: reasons for a repair or a refusal, segments where it was read."""

    path: Path
    verdict: str
    reasons: tuple[str, ...] = ()
    segment_count: int = 0


def judge_all(folder: Path) -> Iterator[Outcome]:
    """Yield an outcome for every file of the zoo."""
    paths = [path for name in ("subtitles", "captions") for path in (folder / name).rglob("*") if path.is_file()]
    return map(judge, sorted(paths))


def judge(path: Path) -> Outcome:
    """Return what becomes of a file."""
    try:
        reasons = captions.read(path.read_bytes()).repairs
        segments = list(Captions().hear(path).segments)
    except UnreadableAudioError as error:
        return Outcome(path, REFUSED, (str(error),))
    mended = {reason for segment in segments for reason in segment.repair.split(",") if reason}
    reasons += tuple(sorted(mended))
    return Outcome(path, REPAIRED if reasons else READ, reasons, len(segments))

"""The archive of the pipeline that Lectern replaces: details of videos in Parquet, transcripts as JSON in JSON.

    DIR/**/*.parquet              a row for each time that a playlist listed a video, every value a text
    DIR/**/*.json                 {"data": "{\\"value\\": \\"<glued transcript>\\"}"}
    DIR/transcript_to_video.csv   transcript_file, video_id: which video a transcript is of

A row becomes what the Data API would have said of the video: numbers stay text, what the archive does not know is
absent. It knows a channel by title only, so an id is made of the title: `archive-` and a digest, as no channel of
YouTube is called. A video that is pulled later brings its real channel, and its newest sighting counts.

A transcript lands as a raw kind of its own, and as captions of its video for the stage that serves transcripts.
"""

import csv
import hashlib
import html
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pyarrow
from pyarrow import parquet

from ingestion import contracts, sources
from ingestion.models import MediaKind
from ingestion.sources import glued, resources
from ingestion.sources.reply_folder import ReplyFolder

GROUP = "archive"
LISTING = "transcript_to_video.csv"
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Without these a Parquet file is another table of the archive.
NEEDED = {"video_id", "title", "channel_title"}
# Where each column stands in a reply of videos.list.
PLACES = {
    "published_at": ("snippet", "publishedAt"),
    "channel_id": ("snippet", "channelId"),
    "title": ("snippet", "title"),
    "description": ("snippet", "description"),
    "channel_title": ("snippet", "channelTitle"),
    "tags": ("snippet", "tags"),
    "duration": ("contentDetails", "duration"),
    "definition": ("contentDetails", "definition"),
    "caption": ("contentDetails", "caption"),
    "view_count": ("statistics", "viewCount"),
    "like_count": ("statistics", "likeCount"),
    "favorite_count": ("statistics", "favoriteCount"),
    "comment_count": ("statistics", "commentCount"),
}
# An empty text says something here alone.
MAY_BE_EMPTY = {"title", "description"}


class ArchivedVideos(sources.FolderSource):
    """Read the details of videos, as if the Data API had said them."""

    name: ClassVar[str] = resources.SOURCE
    group: ClassVar[str] = GROUP
    files_are: ClassVar[str] = "details of videos (*.parquet)"

    def files(self) -> list[Path]:
        return sorted(filter(_may_hold_videos, self.location.rglob("*.parquet")))

    def read_file(self, path: Path) -> sources.Page:
        observed_at = sources.observed_at(path, root=self.location)
        try:
            rows = parquet.read_table(path).to_pylist()
        except (pyarrow.ArrowException, OSError) as error:
            text = f"{path.name}, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"
            reason = f"not Parquet: {' '.join(str(error).split())}"
            return resources.refuse_text(text, reason=reason, location=str(path), observed_at=observed_at)
        items = [_make_resource(row) for row in rows]
        return resources.make_page(items, location=str(path), observed_at=observed_at)

    @classmethod
    def read_text(cls, text: str, *, location: str, observed_at: datetime) -> sources.Page:
        """Return what a rebuilt payload holds."""
        return ReplyFolder.read_text(text, location=location, observed_at=observed_at)


class ArchivedTranscripts(sources.FolderSource):
    """Read glued transcripts; one that no list gives to a video lands without one, and is told of."""

    name: ClassVar[str] = "archive"
    group: ClassVar[str] = GROUP
    files_are: ClassVar[str] = "glued transcripts (*.json)"
    kind: ClassVar[str] = "transcript"

    def files(self) -> list[Path]:
        return sorted(self.location.rglob("*.json"))

    def read(self) -> Iterator[sources.Page]:
        """Yield one page a file; its captions lie there until the next is asked for."""
        for path in self.files():
            with tempfile.TemporaryDirectory() as folder:
                page = self.read_file(path)
                media = tuple(_write_captions(record, Path(folder)) for record in page.records if record.video_id)
                yield replace(page, media=media)

    def read_file(self, path: Path) -> sources.Page:
        found = {
            "id": path.stem,
            "video_id": self._video_ids.get(path.name, ""),
            "text": path.read_text(encoding="utf-8-sig", errors="replace"),
        }
        observed_at = sources.observed_at(path, root=self.location)
        return self.read_text(contracts.dump(found), location=str(path), observed_at=observed_at)

    @classmethod
    def read_text(cls, text: str, *, location: str, observed_at: datetime) -> sources.Page:
        """Return what a file holds, given with its id and its video's."""
        page = sources.Page(kind=cls.kind, location=location, observed_at=observed_at)
        try:
            payload = _take_apart(contracts.parse(text))
            verdict = contracts.check(payload, source=cls.name, kind=cls.kind)
        except (contracts.ContractError, glued.NotGluedError) as error:
            contract = f"{cls.name}.{cls.kind}"
            return replace(page, rejections=(sources.Rejection(contract, str(error), payload=text),))
        record = sources.Record(payload["id"], payload["video_id"], etag="", payload=verdict.payload)
        notes = () if record.video_id else (f"no list says which video it is of: see {LISTING}",)
        return replace(page, records=(record,), notes=notes)

    @cached_property
    def _video_ids(self) -> dict[str, str]:
        """Return the videos of transcripts by file name, as far as a list tells."""
        path = self.location / LISTING
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [(row.get("transcript_file") or "", row.get("video_id") or "") for row in csv.DictReader(lines)]
        return {name: video_id for name, video_id in rows if VIDEO_ID.fullmatch(video_id)}


def _may_hold_videos(path: Path) -> bool:
    """Tell details of videos from other tables; what cannot be read is to be refused, not passed over."""
    try:
        return set(parquet.read_schema(path).names) >= NEEDED
    except (pyarrow.ArrowException, OSError):
        return True


def _make_resource(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the Data API gives a video."""
    resource: dict[str, Any] = {"kind": "youtube#video", "id": row["video_id"]}
    row = {"channel_id": _invent_channel_id(row["channel_title"])} | row
    for column, (part, name) in PLACES.items():
        value = row.get(column)
        if value is not None and (value != "" or column in MAY_BE_EMPTY):
            resource.setdefault(part, {})[name] = value if isinstance(value, list) else str(value)
    return resource


def _invent_channel_id(title: str | None) -> str | None:
    return f"archive-{hashlib.sha256(title.encode()).hexdigest()[:24]}" if title else None


def _take_apart(found: Any) -> dict[str, Any]:
    """Return the payload of a file: its text in segments. Raises contracts.ContractError, glued.NotGluedError."""
    if not isinstance(found, dict) or "text" not in found:
        raise contracts.ContractError("it is no transcript of the archive")
    segments = [asdict(segment) for segment in glued.take_apart(_find_glued(found["text"]))]
    return {"id": found.get("id"), "video_id": found.get("video_id"), "segments": segments}


def _find_glued(text: str) -> str:
    """Return the text that is wrapped in JSON twice. Raises contracts.ContractError."""
    outer = contracts.parse(text)
    data = outer.get("data") if isinstance(outer, dict) else None
    inner = contracts.parse(data) if isinstance(data, str) else data
    value = inner.get("value") if isinstance(inner, dict) else None
    if not isinstance(value, str):
        raise contracts.ContractError("data.value: it is no text")
    return value


def _write_captions(record: sources.Record, folder: Path) -> sources.Media:
    """Write a transcript as WebVTT. In which language it is the archive does not say."""
    cues = [_cue(**segment) for segment in record.payload["segments"]]
    path = folder / f"{record.external_id}.vtt"
    path.write_text("\n\n".join(["WEBVTT", *cues]) + "\n", encoding="utf-8")
    return sources.Media(record.video_id, MediaKind.CAPTIONS, "", path)


def _cue(*, start: float, end: float, text: str) -> str:
    return f"{_stamp(start)} --> {_stamp(end)}\n{html.escape(' '.join(text.split()), quote=False)}"


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"

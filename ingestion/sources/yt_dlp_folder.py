"""A folder that yt-dlp wrote: `<name>.info.json`, the audio `<name>.<ext>`, captions `<name>.<lang>.<ext>`."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from ingestion import contracts, sources
from ingestion.models import MediaKind

INFO = ".info.json"
AUDIO = {".aac", ".flac", ".m4a", ".mka", ".mkv", ".mp3", ".mp4", ".ogg", ".opus", ".wav", ".webm", ".wma"}
CAPTIONS = {
    ".ass",
    ".dfxp",
    ".json3",
    ".lrc",
    ".sami",
    ".sbv",
    ".smi",
    ".srt",
    ".srv1",
    ".srv2",
    ".srv3",
    ".ssa",
    ".ttml",
    ".vtt",
    ".ytt",
}
# Captions of YouTube's own form may have this ending, too; as does what is none.
JSON = ".json"
# As yt-dlp writes them: `en`, `pt-BR`, `en-GB-uYU-mmqFLq8`.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9-]{1,40})?")


class YtDlpFolder(sources.FolderSource):
    """Read info files and the media beside them; a playlist's own info file lands as its own kind."""

    name: ClassVar[str] = "yt_dlp"
    files_are: ClassVar[str] = "info files of yt-dlp (*.info.json)"

    def files(self) -> list[Path]:
        return sorted(self.location.rglob(f"*{INFO}"))

    def read_file(self, path: Path) -> sources.Page:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        page = self.read_text(text, location=str(path), observed_at=sources.modified_at(path))
        video_ids = {record.video_id for record in page.records} - {""}
        return replace(page, media=tuple(file for video_id in video_ids for file in _media(video_id, path)))

    @classmethod
    def read_text(cls, text: str, *, location: str, observed_at: datetime) -> sources.Page:
        """Return what an info file holds; it may say itself when it was fetched."""
        page = sources.Page(kind="info", location=location, observed_at=observed_at)
        try:
            info = contracts.parse(text)
            kind = "playlist_info" if isinstance(info, dict) and info.get("_type") == "playlist" else "info"
            page = replace(page, kind=kind)
            verdict = contracts.check(info, source=cls.name, kind=kind)
        except contracts.ContractError as error:
            return replace(page, rejections=(_reject(text, reason=str(error), page=page),))
        page = _describe(page, verdict.payload)
        if verdict.discarded:
            reason = f"landed without {verdict.discarded}"
            return replace(page, rejections=(_reject(text, reason=reason, page=page),))
        return page


def is_json_captions(path: Path) -> bool:
    """Tell whether a file is named as captions in JSON beside an info file are: `<name>.<lang>.json`."""
    name, _dot, language = path.stem.rpartition(".")
    is_named = path.suffix.lower() == JSON and LANGUAGE.fullmatch(language) is not None
    return is_named and path.with_name(f"{name}{INFO}").is_file()


def _describe(page: sources.Page, info: dict[str, Any]) -> sources.Page:
    is_video = page.kind == "info"
    record = sources.Record(external_id=info["id"], video_id=info["id"] if is_video else "", etag="", payload=info)
    epoch = info.get("epoch")
    return replace(
        page,
        observed_at=datetime.fromtimestamp(epoch, tz=UTC) if epoch else page.observed_at,
        records=(record,),
        playlist_id=(info.get("playlist_id") or "") if is_video else "",
        playlist_title=(info.get("playlist_title") or "") if is_video else "",
        language=(info.get("language") or "") if is_video else "",
    )


def _reject(text: str, *, reason: str, page: sources.Page) -> sources.Rejection:
    name = Path(page.location).name.removesuffix(INFO)
    return sources.Rejection(
        contract=f"{YtDlpFolder.name}.{page.kind}", reason=reason, payload=text, video_id=name[:64]
    )


def _media(video_id: str, path: Path) -> list[sources.Media]:
    name = path.name.removesuffix(INFO)
    found = []
    for file in sorted(path.parent.iterdir()):
        suffix = file.suffix.lower()
        if suffix in AUDIO and file.stem == name:
            found.append(sources.Media(video_id, MediaKind.AUDIO, "", file))
        elif (suffix in CAPTIONS or is_json_captions(file)) and LANGUAGE.fullmatch(
            language := file.stem.removeprefix(f"{name}.")
        ):
            found.append(sources.Media(video_id, MediaKind.CAPTIONS, language, file))
    return found

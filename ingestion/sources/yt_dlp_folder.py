"""A folder that yt-dlp wrote: `<name>.info.json`, the audio `<name>.<ext>`, captions `<name>.<lang>.vtt`."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from ingestion import contracts, sources
from ingestion.models import MediaKind

INFO = ".info.json"
AUDIO = {".aac", ".flac", ".m4a", ".mka", ".mkv", ".mp3", ".mp4", ".ogg", ".opus", ".wav", ".webm", ".wma"}
CAPTIONS = {".vtt", ".srt"}
# As yt-dlp writes them: `en`, `pt-BR`, `en-GB-uYU-mmqFLq8`.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9-]{1,40})?")


class YtDlpFolder(sources.FolderSource):
    """Read info files and the media beside them; a playlist's own info file lands as its own kind."""

    name: ClassVar[str] = "yt_dlp"

    def files(self) -> list[Path]:
        return sorted(self.location.rglob(f"*{INFO}"))

    def read_file(self, path: Path) -> sources.Page:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        try:
            info = contracts.parse(text)
            is_playlist = isinstance(info, dict) and info.get("_type") == "playlist"
            contracts.check(contracts.PlaylistInfo if is_playlist else contracts.Info, info)
        except contracts.ContractError as error:
            return _page_of_refusal(str(error), text=text, path=path)
        return _page_of_playlist(info, path) if is_playlist else _page_of_video(info, path)


def _page_of_video(info: dict[str, Any], path: Path) -> sources.Page:
    return sources.Page(
        kind="info",
        location=str(path),
        observed_at=_observed_at(info, path),
        records=(sources.Record(external_id=info["id"], video_id=info["id"], etag="", payload=info),),
        media=tuple(_media(info["id"], path)),
        playlist_id=info.get("playlist_id") or "",
        playlist_title=info.get("playlist_title") or "",
        language=info.get("language") or "",
    )


def _page_of_refusal(reason: str, *, text: str, path: Path) -> sources.Page:
    video_id = path.name.removesuffix(INFO)
    rejection = sources.Rejection(contract="yt_dlp_info", reason=reason, payload=text, video_id=video_id[:64])
    return sources.Page(
        kind="info", location=str(path), observed_at=sources.modified_at(path), rejections=(rejection,)
    )


def _page_of_playlist(info: dict[str, Any], path: Path) -> sources.Page:
    record = sources.Record(external_id=info["id"], video_id="", etag="", payload=info)
    return sources.Page(
        kind="playlist_info", location=str(path), observed_at=_observed_at(info, path), records=(record,)
    )


def _observed_at(info: dict[str, Any], path: Path) -> datetime:
    epoch = info.get("epoch")
    return datetime.fromtimestamp(epoch, tz=UTC) if epoch else sources.modified_at(path)


def _media(video_id: str, path: Path) -> list[sources.Media]:
    name = path.name.removesuffix(INFO)
    found = []
    for file in sorted(path.parent.iterdir()):
        suffix = file.suffix.lower()
        if suffix in AUDIO and file.stem == name:
            found.append(sources.Media(video_id, MediaKind.AUDIO, "", file))
        elif suffix in CAPTIONS and LANGUAGE.fullmatch(language := file.stem.removeprefix(f"{name}.")):
            found.append(sources.Media(video_id, MediaKind.CAPTIONS, language, file))
    return found

"""A folder of saved replies of the YouTube Data API v3, one JSON file a reply.

A reply does not say when it was given, so a folder on the way to it may: `2026-11-14` or `2026-11-14T0600Z`.
Without one the file's own time counts.
"""

from datetime import datetime
from pathlib import Path
from typing import ClassVar

from ingestion import contracts, sources
from ingestion.sources import resources, yt_dlp_folder

NOT_REPLIES = (".info.json", ".live_chat.json")


class ReplyFolder(sources.FolderSource):
    """Read list replies and single resources; an error body is rejected with its own message."""

    name: ClassVar[str] = resources.SOURCE
    files_are: ClassVar[str] = "saved Data API replies (*.json)"

    def files(self) -> list[Path]:
        paths = (path for path in self.location.rglob("*.json") if not path.name.endswith(NOT_REPLIES))
        return sorted(path for path in paths if not yt_dlp_folder.is_json_captions(path))

    def read_file(self, path: Path) -> sources.Page:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        observed_at = sources.observed_at(path, root=self.location)
        return self.read_text(text, location=str(path), observed_at=observed_at)

    @classmethod
    def read_text(cls, text: str, *, location: str, observed_at: datetime) -> sources.Page:
        try:
            items = resources.read_items(contracts.parse(text))
        except contracts.ContractError as error:
            return resources.refuse_text(text, reason=str(error), location=location, observed_at=observed_at)
        return resources.make_page(items, location=location, observed_at=observed_at)

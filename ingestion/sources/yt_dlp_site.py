"""YouTube without a key, through yt-dlp: what a channel, playlist or search lists, then what is new of it.

A listing lands as `playlist_info` and each video as `info`, as from a folder that yt-dlp wrote, but without what
`extraction.metadata.LEFT_OUT` names: signed addresses, headers and cookies, formats, the time it was asked.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion import locks, sightings, sources
from ingestion.extraction import access, addresses, messages, process
from ingestion.models import FetchReason, SubjectKind
from ingestion.sources.yt_dlp_folder import YtDlpFolder
from ingestion.youtube import references

SLOT = "listing YouTube"
REFUSAL = "refusal"
LIMITS = process.Limits(whole_seconds=60 * 60)
MOST_FOUND = 50
# Of one video, and not of the site, the connection or this machine.
OWN = {
    FetchReason.GONE,
    FetchReason.AGE_LIMITED,
    FetchReason.MEMBERS_ONLY,
    FetchReason.REGION_BLOCKED,
    FetchReason.UPCOMING,
    FetchReason.LIVE,
    FetchReason.NO_AUDIO,
    FetchReason.UNKNOWN,
}
PERMANENT = {FetchReason.GONE, FetchReason.FORBIDDEN_ADDRESS}


class SiteError(Exception):
    """What the site did not tell and why."""

    def __init__(self, reason: FetchReason, error: str) -> None:
        super().__init__(_("YouTube could not be reached.") if reason == FetchReason.NETWORK else error)
        self.reason = reason
        self.permanent = reason in PERMANENT


@dataclass(frozen=True)
class Entry:
    """What a listing itself tells of a video."""

    video_id: str
    title: str
    duration_seconds: float | None
    live_status: str


@dataclass(frozen=True)
class Refusal:
    """A video of which nothing was told, and why."""

    video_id: str
    reason: FetchReason
    error: str


class YtDlpSite(sources.Source):
    """Read what a subscription follows: its listing as a page, then a page for each video that `wants` asks for.

    `on_refused` is told of each video that said nothing. Only one process reads at a time.
    """

    name: ClassVar[str] = "yt_dlp"

    def __init__(
        self,
        reference: references.Reference,
        *,
        channel_id: str = "",
        wants: Callable[[Entry], bool] = lambda entry: True,
        on_refused: Callable[[Refusal], None] = lambda refusal: None,
        most_entries: int = 0,
        clock: Callable[[], datetime] = timezone.now,
    ) -> None:
        self.reference, self.channel_id, self.most_entries = reference, channel_id, most_entries
        self.wants, self.on_refused, self.clock = wants, on_refused, clock

    def read(self) -> Iterator[sources.Page]:
        """Yield the pages. Raises SiteError where the site tells nothing, locks.AlreadyRunningError."""
        with locks.hold_alone(SLOT):
            if self.reference.kind == SubjectKind.VIDEO:
                yield from self._describe([self.reference.value])
                return
            listing = self._list()
            yield self._make_page(listing, location=str(listing.get("webpage_url") or self.reference.url))
            wanted = [entry.video_id for entry in read_entries(listing) if self.wants(entry)]
            yield from self._describe(wanted, listing=listing)

    def _list(self) -> dict[str, Any]:
        kind, value = self.reference.kind, self.reference.value
        if kind == SubjectKind.SEARCH:
            return self._ask(addresses.search(value, most_entries=self.most_entries or MOST_FOUND))
        if kind == SubjectKind.PLAYLIST:
            return self._ask(self.reference.url)
        # Of a channel its name leads to the id, which leads to everything it has put up.
        channel_id = self.channel_id or value
        if not references.CHANNEL_ID.fullmatch(channel_id):
            channel_id = str(self._ask(f"{self.reference.url}/videos", most_entries=1).get("channel_id"))
        return self._ask(addresses.uploads(channel_id))

    def _ask(self, address: str, *, most_entries: int | None = None) -> dict[str, Any]:
        most = self.most_entries if most_entries is None else most_entries
        for event in _run(lambda reached: messages.ListingOrder(address, reached, most)):
            if isinstance(event, messages.Described):
                return event.info
            if isinstance(event, messages.Failed):
                raise SiteError(FetchReason(event.reason), event.error)
        raise SiteError(FetchReason.UNKNOWN, "Nothing was told of it.")

    def _describe(self, video_ids: list[str], *, listing: dict[str, Any] | None = None) -> Iterator[sources.Page]:
        for told in _tell(video_ids):
            if isinstance(told, Refusal):
                self.on_refused(told)
                continue
            page = self._make_page(told, location=addresses.watch(told["id"]))
            if listing and self.reference.kind == SubjectKind.PLAYLIST:
                page = replace(page, playlist_id=listing["id"], playlist_title=listing.get("title") or "")
            yield page

    def _make_page(self, info: dict[str, Any], *, location: str) -> sources.Page:
        return make_page(info, location=location, observed_at=self.clock())


def fetch_info(video_id: str, *, clock: Callable[[], datetime] = timezone.now) -> sources.Page:
    """Return what is known of one video. Raises SiteError, locks.AlreadyRunningError."""
    with locks.hold_alone(SLOT):
        for told in _tell([video_id]):
            if isinstance(told, Refusal):
                raise SiteError(told.reason, told.error)
            return make_page(told, location=addresses.watch(video_id), observed_at=clock())
    raise SiteError(FetchReason.UNKNOWN, "Nothing was told of it.")


def make_page(info: dict[str, Any], *, location: str, observed_at: datetime) -> sources.Page:
    """Return what lands of an info dict; one that breaks its contract lands refused."""
    page = YtDlpFolder.read_text(json.dumps(info), location=location, observed_at=observed_at)
    video_id = str(info.get("id") or "")[:64] if page.kind == "info" else ""
    return replace(page, rejections=tuple(replace(each, video_id=video_id) for each in page.rejections))


def make_refusal_page(refusal: Refusal, *, observed_at: datetime) -> sources.Page:
    """Return what lands of a refusal that tells whether its video can be had; of another, nothing does."""
    payload = {"id": refusal.video_id, "reason": refusal.reason.value, "error": refusal.error}
    record = sources.Record(refusal.video_id, refusal.video_id, "", payload)
    seen = sightings.read(payload, kind=REFUSAL)
    return sources.Page(
        kind=REFUSAL,
        location=addresses.watch(refusal.video_id),
        observed_at=observed_at,
        records=(record,) if seen and seen.availability else (),
    )


def _tell(video_ids: list[str]) -> Iterator[dict[str, Any] | Refusal]:
    """Yield what is known of each video, or why nothing is. Raises SiteError where that is not of the video."""
    if not video_ids:
        return
    asked = tuple(map(addresses.watch, video_ids))
    for event in _run(lambda reached: messages.InfoOrder(asked, reached)):
        if isinstance(event, messages.Described):
            yield event.info
        elif isinstance(event, messages.Failed):
            reason = FetchReason(event.reason)
            if reason not in OWN:
                raise SiteError(reason, event.error)
            yield Refusal(event.video_id, reason, event.error)


def _run(make_order: Callable[[messages.Access], messages.Order]) -> Iterator[messages.Event]:
    """Yield the events of an order that is reached as the settings say. Raises SiteError."""
    try:
        with process.run(make_order(access.make()), limits=LIMITS) as events:
            yield from events
    except access.CookiesError as error:
        raise SiteError(FetchReason.COOKIES_EXPIRED, str(error)) from error
    except process.BrokenProcessError as error:
        raise SiteError(FetchReason.NETWORK, str(error)) from error


def read_entries(listing: dict[str, Any]) -> Iterator[Entry]:
    """Yield the videos of a listing; among what a search finds are channels as well."""
    for entry in listing["entries"]:
        if references.VIDEO_ID.fullmatch(entry["id"]):
            yield Entry(
                video_id=entry["id"],
                title=entry.get("title") or "",
                duration_seconds=entry.get("duration"),
                live_status=entry.get("live_status") or "",
            )

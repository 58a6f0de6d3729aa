"""What the site tells of videos and of listings, without what is secret, huge or of this hour alone."""

from dataclasses import replace
from typing import Any

from ingestion.extraction import reasons
from ingestion.extraction.download import NOT_PLAYABLE_YET
from ingestion.extraction.messages import Described, Failed, InfoOrder, ListingOrder
from ingestion.extraction.site import Emit, NotHadError, Site

# Why a video may not be played and yet say all else of itself.
TELLING = {
    reasons.AGE_LIMITED,
    reasons.MEMBERS_ONLY,
    reasons.REGION_BLOCKED,
    reasons.NO_AUDIO,
}
# Addresses that are signed for one client and one hour, and the headers and cookies that go with them; what was
# chosen of the formats; when it was asked: two pulls of a video that has not changed are one payload.
LEFT_OUT = {
    "formats", "url", "manifest_url", "fragment_base_url", "fragments", "http_headers", "cookies", "thumbnails",
    "downloader_options", "available_at", "epoch", "requested_formats", "requested_subtitles", "entries",
    "format", "format_id", "format_note", "format_index", "ext", "audio_ext", "video_ext", "protocol", "container",
    "filesize", "filesize_approx", "tbr", "vbr", "abr", "asr", "acodec", "vcodec", "audio_channels", "fps",
    "width", "height", "resolution", "aspect_ratio", "stretched_ratio", "dynamic_range", "quality", "has_drm",
    "source_preference", "language_preference", "preference", "rows", "columns", "_version", "_has_drm",
    "_format_sort_fields", "_filename", "original_url",
}  # fmt: skip
OF_AN_ENTRY = ("id", "title", "duration", "live_status", "availability", "channel_id", "timestamp")


def describe(order: InfoOrder, *, emit: Emit) -> None:
    """Emit what is known of each video, or why nothing is."""
    site = Site(order.access, emit=emit)
    for address in order.addresses:
        try:
            info = site.look_up(address)
            refusal = _refuse_untold(info, site=site)
            title = info.get("title")  # to one that is live yt-dlp adds the time of day
            told = site.process_ie_result(info, download=False) | {
                "title": title,
                "fulltitle": title,
                "refusal": refusal,
            }
            emit(Described(trim(Site.sanitize_info(told, remove_private_keys=True))))
        except NotHadError as error:
            emit(replace(error.failure, video_id=address.partition("v=")[2]))


def _refuse_untold(info: dict[str, Any], *, site: Site) -> dict[str, str]:
    """Return why a video cannot be played, empty where it can. Raises NotHadError where nothing else is told."""
    if info.get("formats"):
        return {}
    failure = site.explain(None)
    is_told = info.get("title") and (info.get("live_status") in NOT_PLAYABLE_YET or failure.reason in TELLING)
    if not is_told:
        raise NotHadError(failure)
    return {"reason": failure.reason, "error": failure.error}


def trim(info: dict[str, Any]) -> dict[str, Any]:
    """Return an info dict without what is left out, and of captions which there are."""
    kept = {name: value for name, value in info.items() if name not in LEFT_OUT}
    for name in ("subtitles", "automatic_captions"):
        kept[name] = {
            language: [{"name": track_name} for track_name in dict.fromkeys(map(_name_of, tracks))]
            for language, tracks in (info.get(name) or {}).items()
        }
    return kept


def _name_of(track: dict[str, Any]) -> str:
    return str(track.get("name") or "")


def list_entries(order: ListingOrder, *, emit: Emit) -> None:
    """Emit a listing with its entries, each as far as the list itself tells of it."""
    options = {"extract_flat": "in_playlist", "playlistend": order.most_entries or None}
    site = Site(order.access, emit=emit, **options)
    try:
        info = site.look_up(order.address, process=True)
    except NotHadError as error:
        emit(_name_missing(error.failure))
        return
    entries = [_trim_entry(entry) for entry in info.get("entries") or () if entry]
    kept = trim(Site.sanitize_info(info, remove_private_keys=True))
    emit(Described(kept | {"entries": [entry for entry in entries if entry.get("id")]}))


def _name_missing(failure: Failed) -> Failed:
    """Of a listing, unlike of a file, the site says by a status that there is none."""
    return replace(failure, reason=reasons.GONE) if "HTTP Error 404" in failure.error else failure


def _trim_entry(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in OF_AN_ENTRY if entry.get(name) is not None}

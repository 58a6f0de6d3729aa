"""The audio of one video and its captions, into a folder."""

import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ingestion.extraction import probing, reasons, room
from ingestion.extraction.messages import AUDIO, CAPTIONS, AudioOrder, Fetched, Progress
from ingestion.extraction.site import CAPTIONS_SHARE, Emit, NotHadError, Site

MOST_CAPTION_BYTES = 20 * 2**20
NOT_PLAYABLE_YET = {
    "is_upcoming": reasons.UPCOMING,
    "is_live": reasons.LIVE,
    "post_live": reasons.LIVE,  # over, and not yet put together
}
NAMED = {
    room.DiskFullError: reasons.DISK_FULL,
    probing.SilentFileError: reasons.NO_AUDIO,
    probing.WrongLengthError: reasons.WRONG_LENGTH,
}

Track = dict[str, Any]


def fetch(order: AudioOrder, *, emit: Emit, sleep: Callable[[float], None] = time.sleep) -> None:
    """Emit what has come, file by file, and what has not."""
    watch = _Watch(order, emit=emit)
    site = Site(
        order.access,
        emit=emit,
        outtmpl={"default": str(Path(order.folder) / "audio.%(ext)s")},
        match_filter=watch.before,
        progress_hooks=[watch.during],
    )
    try:
        info = site.look_up(order.address)
        _refuse_unplayable(info, site=site)
        tracks = _choose_tracks(info, order=order)
        if order.wants_audio:
            emit(_fetch_audio(info, order=order, site=site))
    except NotHadError as error:
        emit(error.failure)
        return
    for language, track in tracks.items():
        sleep(CAPTIONS_SHARE * order.access.sleep_seconds)
        try:
            emit(_fetch_captions(language, track, order=order, site=site))
        except NotHadError as error:
            emit(error.failure)


class _Watch:
    """Looks at the disk before and during a download."""

    def __init__(self, order: AudioOrder, *, emit: Emit) -> None:
        self._order, self._emit = order, emit

    def before(self, info: dict[str, Any], *, incomplete: Any) -> None:
        # Kept twice for a moment: in the folder and in the lake.
        self._check(2 * (info.get("filesize") or info.get("filesize_approx") or 0))

    def during(self, state: dict[str, Any]) -> None:
        done, total = state.get("downloaded_bytes") or 0, state.get("total_bytes")
        self._check(2 * max(total or 0, done) - done)
        self._emit(Progress(done, total))

    def _check(self, wanted_bytes: float) -> None:
        least = self._order.least_free_bytes
        room.check(Path(self._order.folder), least_free_bytes=least, wanted_bytes=int(wanted_bytes))


def _refuse_unplayable(info: dict[str, Any], *, site: Site) -> None:
    """Raise NotHadError for a video that is not to be had now."""
    video_id = str(info.get("id") or "")
    if reason := NOT_PLAYABLE_YET.get(str(info.get("live_status"))):
        failure = site.explain(None, video_id=video_id, starts_at=info.get("release_timestamp"), reason=reason)
        raise NotHadError(failure)
    if not info.get("formats"):
        raise NotHadError(site.explain(None, video_id=video_id))


def _fetch_audio(info: dict[str, Any], *, order: AudioOrder, site: Site) -> Fetched:
    try:
        done = site.process_ie_result(info, download=True)
        path = Path(done["requested_downloads"][0]["filepath"])
        announced = info.get("duration") or order.expected_seconds
        probing.check_length(path, announced_seconds=announced)
    except tuple(NAMED) as error:
        raise NotHadError(site.explain(error, reason=NAMED[type(error)])) from error
    except Exception as error:
        raise NotHadError(site.explain(error)) from error
    return Fetched(AUDIO, str(path))


def _choose_tracks(info: dict[str, Any], *, order: AudioOrder) -> dict[str, Track]:
    """Return the published captions in the original and the wanted languages, one track for each."""
    published: dict[str, list[Track]] = info.get("subtitles") or {}
    original = _find_original(info) or (next(iter(published)) if len(published) == 1 else "")
    chosen = {_find_language(wanted, published) for wanted in (original, *order.languages) if wanted}
    tracks = {language: _find_track(published[language]) for language in sorted(filter(None, chosen))}
    return {name: track for name, track in tracks.items() if track and name not in order.held_languages}


def _find_original(info: dict[str, Any]) -> str:
    """Return the language a lecture was held in: tracks it was dubbed in are rated lower."""
    spoken = [track for track in info["formats"] if track.get("language")]
    best: Track = max(spoken, key=lambda track: track.get("language_preference") or 0, default={})
    return str(best.get("language") or "")


def _find_language(wanted: str, published: Iterable[str]) -> str:
    """Return the language itself, else a variety of it (`en` for `en-GB`, `en-GB` for `en`), else nothing."""
    kin = [name for name in published if name.partition("-")[0] == wanted.partition("-")[0]]
    return next((name for name in kin if name == wanted), kin[0] if kin else "")


def _find_track(forms: list[Track]) -> Track | None:
    plain = (form for form in forms if form.get("ext") == "vtt" and "m3u8" not in str(form.get("protocol")))
    return next(plain, None)


def _fetch_captions(language: str, track: Track, *, order: AudioOrder, site: Site) -> Fetched:
    try:
        with contextlib.closing(site.urlopen(track["url"])) as reply:
            text = reply.read(MOST_CAPTION_BYTES)
    except Exception as error:
        raise NotHadError(site.explain(error, kind=CAPTIONS)) from error
    if not text.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        raise NotHadError(site.explain(ValueError(f"The captions in {language} came empty."), kind=CAPTIONS))
    path = Path(order.folder) / f"captions.{language}.vtt"
    path.write_bytes(text)
    return Fetched(CAPTIONS, str(path), language)

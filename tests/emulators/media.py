"""YouTube's pages, player and media over HTTP on this machine, as far as the real yt-dlp asks for them.

It stands in for every host of the site at once and is told by the Host header which one was meant.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

MEDIA_HOST = "rr1---sn-emulated.googlevideo.com"
CHANNEL_ID = "UC" + "e" * 22
PLAYABLE = {"status": "OK"}
EMBED_PAGE = b'<script>ytcfg.set({"INNERTUBE_CONTEXT": {"client": {"clientName": "WEB_EMBEDDED"}}});</script>'
BLOCK = 16 * 1024
AUTOMATIC_LANGUAGES = [f"{first}{second}" for first in "abcdefgh" for second in "abcdefghijklmnopqrst"][:158]


@dataclass
class Fault:
    """What goes wrong with requests for media or captions, so many times."""

    status: int = 0
    redirect: str = ""
    cut_at: int | None = None  # bytes sent before the connection is cut
    announced: int | None = None  # the length that is announced instead of the real one
    hold_at: int | None = None  # bytes sent before the server waits for `go_on`
    times: int = 1
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


@dataclass
class Lecture:
    """A video as the emulator plays it."""

    audio: bytes = b""
    mime: str = 'audio/webm; codecs="opus"'
    title: str = "Lecture"
    seconds: int = 9
    announced_bytes: int | None = None
    media_host: str = MEDIA_HOST
    language: str = ""
    dubbed: tuple[str, ...] = ()
    captions: dict[str, str] = field(default_factory=dict)
    playability: dict[str, Any] = field(default_factory=lambda: dict(PLAYABLE))
    details: dict[str, Any] = field(default_factory=dict)
    microformat: dict[str, Any] = field(default_factory=dict)
    has_automatic_captions: bool = False
    media_faults: list[Fault] = field(default_factory=list)
    caption_faults: list[Fault] = field(default_factory=list)

    def player_response(self, video_id: str) -> dict[str, Any]:
        """Return what the player is told, as yt-dlp's clients ask for it."""
        reply: dict[str, Any] = {
            "playabilityStatus": self.playability,
            "videoDetails": self._details(video_id),
            "microformat": {"playerMicroformatRenderer": {"category": "Education", **self.microformat}},
        }
        if self.playability["status"] == "OK":
            reply["streamingData"] = {"adaptiveFormats": self._formats(video_id) if self.audio else []}
            reply["captions"] = {"playerCaptionsTracklistRenderer": self._captions(video_id)}
        return reply

    def _details(self, video_id: str) -> dict[str, Any]:
        told = {"videoId": video_id, "title": self.title, "lengthSeconds": str(self.seconds), "viewCount": "12"}
        return told | {"channelId": CHANNEL_ID, "shortDescription": "About it.", "author": "Ada"} | self.details

    def _formats(self, video_id: str) -> list[dict[str, Any]]:
        dubbed = [
            self._format(video_id, number=number)
            | {"audioTrack": {"id": f"{language}.3", "displayName": language}}
            | {"bitrate": 260_000, "audioQuality": "AUDIO_QUALITY_HIGH"}
            for number, language in enumerate(self.dubbed, 1)
        ]
        track = {"id": f"{self.language}.4", "displayName": f"{self.language} original", "audioIsDefault": True}
        return [*dubbed, self._format(video_id) | ({"audioTrack": track} if self.language else {})]

    def _format(self, video_id: str, *, number: int = 0) -> dict[str, Any]:
        return {
            "itag": 251,
            "url": f"https://{self.media_host}/videoplayback?id={video_id}&track={number}&signature=secret",
            "mimeType": self.mime,
            "bitrate": 130_000,
            "contentLength": str(self.announced_bytes or len(self.audio)),
            "audioQuality": "AUDIO_QUALITY_MEDIUM",
            "audioSampleRate": "48000",
            "audioChannels": 1,
        }

    def _captions(self, video_id: str) -> dict[str, Any]:
        tracks = [_track(video_id, language) for language in self.captions]
        if self.has_automatic_captions:
            tracks.append(_track(video_id, "en", kind="asr"))
        translations = [
            {"languageCode": code, "languageName": {"simpleText": code}}
            for code in (AUTOMATIC_LANGUAGES if self.has_automatic_captions else ())
        ]
        return {"captionTracks": tracks, "translationLanguages": translations}


def _track(video_id: str, language: str, *, kind: str = "") -> dict[str, Any]:
    return {
        "baseUrl": f"https://www.youtube.com/api/timedtext?v={video_id}&lang={language}",
        "vssId": f"a.{language}" if kind else f".{language}",
        "languageCode": language,
        "kind": kind,
        "name": {"simpleText": language},
        "isTranslatable": True,
    }


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    host: str
    path: str
    headers: dict[str, str]


@dataclass
class Site:
    """What the emulator plays and what it was asked; tests read and change it while it serves."""

    lectures: dict[str, Lecture] = field(default_factory=dict)
    playlists: dict[str, list[str]] = field(default_factory=dict)  # ids by the playlist's
    requests: list[Request] = field(default_factory=list)
    address: str = ""
    refusal: int = 0  # a status that answers every page and every call
    withdraws_cookies: bool = False

    def paths(self, start: str) -> list[str]:
        """Return the paths asked for that begin so."""
        return [request.path for request in self.requests if request.path.startswith(start)]


@contextmanager
def serve() -> Iterator[Site]:
    """Play a site of its own for as long as the block runs."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        for lecture in site.lectures.values():
            for fault in lecture.media_faults:
                fault.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._note()
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/videoplayback":
            self._play(query["id"][0])
        elif path == "/api/timedtext":
            self._caption(query)
        elif self.site.refusal:
            self._reply(b"", status=self.site.refusal)
        elif path == "/playlist" and query["list"][0] in self.site.playlists:
            self._reply(_page(_playlist(query["list"][0], self.site)), content_type="text/html")
        elif path.startswith("/@ada"):
            self._reply(_page(CHANNEL), content_type="text/html")
        elif path.startswith("/embed/"):
            self._reply(EMBED_PAGE, content_type="text/html")
        elif path in {"/watch", "/iframe_api"}:
            self._reply(b"<html><title>YouTube</title></html>", content_type="text/html")
        else:
            self._reply(b"", status=404)

    def do_POST(self) -> None:
        self._note()
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        lecture = self.site.lectures.get(asked.get("videoId", ""))
        if self.site.refusal:
            self._reply(b"", status=self.site.refusal)
        elif self.path.startswith("/youtubei/v1/player") and lecture:
            self._reply(json.dumps(lecture.player_response(asked["videoId"])).encode())
        elif self.path.startswith("/youtubei/v1/player"):
            gone = {"playabilityStatus": {"status": "ERROR", "reason": "Video unavailable"}}
            self._reply(json.dumps(gone).encode())
        elif "resolve_url" in self.path:
            self._reply(b"", status=404)
        elif self.path.startswith("/youtubei/v1/search"):
            self._reply(json.dumps(_search_results(self.site)).encode())
        elif asked.get("browseId", "")[2:] in self.site.playlists:
            self._reply(json.dumps(_playlist(asked["browseId"][2:], self.site)).encode())
        else:
            self._reply(b'{"contents": {"twoColumnWatchNextResults": {}}}')

    def _note(self) -> None:
        request = Request(self.headers["Host"], self.path, dict(self.headers.items()))
        self.site.requests.append(request)

    def _play(self, video_id: str) -> None:
        lecture = self.site.lectures[video_id]
        fault = _take(lecture.media_faults)
        if fault and self._refuse(fault):
            return
        start, end = _parse_range(self.headers.get("Range", ""), len(lecture.audio))
        if start >= len(lecture.audio):
            self._reply(b"", status=416)
            return
        body = lecture.audio[start:end]
        self.send_response(206 if "Range" in self.headers else 200)
        self.send_header("Content-Type", lecture.mime.partition(";")[0])
        announced = fault.announced if fault and fault.announced is not None else len(body)
        self.send_header("Content-Length", str(announced))
        self.send_header("Content-Range", f"bytes {start}-{start + announced - 1}/{start + announced}")
        self.end_headers()
        with suppress(ConnectionError):  # whoever listened was killed
            self._send(body, fault)

    def _send(self, body: bytes, fault: Fault | None) -> None:
        sent = 0
        for at in range(0, len(body), BLOCK):
            if fault and fault.hold_at is not None and sent >= fault.hold_at:
                fault.reached.set()
                fault.go_on.wait()
            block = body[at : at + BLOCK]
            if fault and fault.cut_at is not None and sent + len(block) > fault.cut_at:
                self.wfile.write(block[: fault.cut_at - sent])
                self.close_connection = True
                return
            self.wfile.write(block)
            sent += len(block)
        if fault and fault.announced is not None:
            self.close_connection = True

    def _caption(self, query: dict[str, list[str]]) -> None:
        lecture = self.site.lectures[query["v"][0]]
        fault = _take(lecture.caption_faults)
        if fault and self._refuse(fault):
            return
        self._reply(lecture.captions[query["lang"][0]].encode(), content_type="text/vtt")

    def _refuse(self, fault: Fault) -> bool:
        if fault.redirect:
            self._reply(b"", status=302, headers={"Location": fault.redirect})
        elif fault.status:
            self._reply(b"", status=fault.status)
        return bool(fault.redirect or fault.status)

    def _reply(
        self,
        body: bytes,
        *,
        status: int = 200,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.site.withdraws_cookies:
            self.send_header("Set-Cookie", "LOGIN_INFO=; Domain=.youtube.com; Path=/; Max-Age=0")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _take(faults: list[Fault]) -> Fault | None:
    """Return the fault that is next and count it."""
    fault = next((each for each in faults if each.times), None)
    if fault:
        fault.times -= 1
    return fault


def _parse_range(header: str, length: int) -> tuple[int, int]:
    first, _, last = header.removeprefix("bytes=").partition("-")
    return int(first or 0), min(int(last) + 1 if last else length, length)


def _page(data: dict[str, Any]) -> bytes:
    return f"<html><script>var ytInitialData = {json.dumps(data)};</script></html>".encode()


def _tabs(content: dict[str, Any]) -> dict[str, Any]:
    return {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": {"selected": True, "content": content}}]}}


def _playlist(playlist_id: str, site: Site) -> dict[str, Any]:
    entries = [{"playlistVideoRenderer": _entry(video_id, site)} for video_id in site.playlists[playlist_id]]
    section = {"itemSectionRenderer": {"contents": [{"playlistVideoListRenderer": {"contents": entries}}]}}
    return {
        "contents": _tabs({"sectionListRenderer": {"contents": [section]}}),
        "metadata": {"playlistMetadataRenderer": {"title": "A course"}},
    }


def _search_results(site: Site) -> dict[str, Any]:
    found = [{"videoRenderer": _entry(video_id, site)} for video_id in site.lectures]
    channel = {"channelRenderer": {"channelId": CHANNEL_ID, "title": {"simpleText": "Ada"}}}
    sections = [{"itemSectionRenderer": {"contents": [channel, *found]}}]
    primary = {"sectionListRenderer": {"contents": sections}}
    return {"contents": {"twoColumnSearchResultsRenderer": {"primaryContents": primary}}}


def _entry(video_id: str, site: Site) -> dict[str, Any]:
    lecture = site.lectures.get(video_id)
    if lecture is None:
        return {"videoId": video_id, "title": {"simpleText": "[Private video]"}}
    return {
        "videoId": video_id,
        "title": {"simpleText": lecture.title},
        "lengthSeconds": str(lecture.seconds),
        "isPlayable": True,
    }


CHANNEL = {
    "contents": _tabs({"richGridRenderer": {"contents": []}}),
    "metadata": {"channelMetadataRenderer": {"title": "Ada", "externalId": CHANNEL_ID}},
}

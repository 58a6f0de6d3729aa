"""The YouTube Data API v3 over HTTP, as far as Lectern asks it, with the errors one may order.

python -m tests.emulators.youtube --videos 100000 --port 0
"""

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators import youtube_replies, youtube_world

KEY = "AIza-emulated-key"
ROOT = "/youtube/v3/"
LIMITS = {"general": 10_000, "search": 100, "statistics": 10_000}
BUCKETS = {"search.list": "search", "videos.batchGetStats": "statistics"}
COSTS = {"captions.list": 50}


@dataclass
class Fault:
    """An error ordered for a method, or for one of its pages, a number of times."""

    method: str
    status: int = 500
    body: str | None = None
    action: str = "reply"  # or reset, hang, truncate
    page_number: int | None = None
    subject: str = ""
    times: int = 1

    def matches(self, call: "Call") -> bool:
        is_page = self.page_number in {None, call.page_number}
        return self.times > 0 and self.method == call.method and is_page and self.subject in call.subject


@dataclass(frozen=True)
class Call:
    """One call as it came in."""

    method: str
    parameters: dict[str, str]
    page_number: int
    etag: str

    @property
    def subject(self) -> str:
        names = ("playlistId", "id", "forHandle", "forUsername", "videoId", "q")
        return next((self.parameters[name] for name in names if name in self.parameters), "")


@dataclass
class State:
    """What the emulator knows, and what it has seen; tests read and change it while it serves."""

    world: youtube_world.World
    key: str = KEY
    limits: dict[str, int] = field(default_factory=lambda: dict(LIMITS))
    units: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    unknown_methods: set[str] = field(default_factory=set)
    delay_seconds: float = 0
    calls: list[Call] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def count(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(call.method == method for call in self.calls)

    def answer(self, path: str, query: dict[str, str], etag: str) -> tuple[int, str, Fault | None]:
        """Return the status and body of a reply, and the fault that was ordered in its place."""
        method = _method_of(path)
        call = Call(method, query, youtube_replies.page_number_of(query), etag)
        with self.lock:
            self.calls.append(call)
            fault = next((each for each in self.faults if each.matches(call)), None)
            if fault is not None:
                fault.times -= 1
            refusal = self._refuse(call)
        if refusal is None and fault is None:
            status, body = youtube_replies.reply(self.world, method, query)
        elif fault is not None:
            body = youtube_replies.error(fault.status, "backendError") if fault.body is None else fault.body
            status = fault.status
        else:
            assert refusal is not None
            status, body = refusal
        return status, body, fault

    def _refuse(self, call: Call) -> tuple[int, str] | None:
        """Check the key and spend the units of a call; even one that goes wrong costs."""
        if call.parameters.get("key") != self.key:
            return 400, youtube_replies.KEY_INVALID
        if call.method in self.unknown_methods or call.method not in youtube_replies.METHODS:
            return 404, "<html><title>Error 404 (Not Found)!!1</title></html>"
        bucket, cost = BUCKETS.get(call.method, "general"), COSTS.get(call.method, 1)
        if self.units[bucket] + cost > self.limits[bucket]:
            return 403, youtube_replies.QUOTA_EXCEEDED
        self.units[bucket] += cost
        return None


def _method_of(path: str) -> str:
    name = path.removeprefix(ROOT)
    return name.replace(":", ".") if ":" in name else f"{name}.list"


class Handler(BaseHTTPRequestHandler):
    """One connection; head and body leave in one piece, so that neither waits for the other."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: ",".join(values) for name, values in parse_qs(url.query).items()}
        query.setdefault("key", self.headers.get("X-Goog-Api-Key", ""))
        known = self.headers.get("If-None-Match", "")
        status, body, fault = self.server.state.answer(url.path, query, known)
        time.sleep(self.server.state.delay_seconds)
        if fault is not None and fault.action == "hang":
            self.server.state.closing.wait()
        if fault is not None and fault.action in {"hang", "reset"}:
            self.close_connection = True
            return
        self._send(status, body, known=known, is_truncated=fault is not None and fault.action == "truncate")

    def _send(self, status: int, body: str, *, known: str, is_truncated: bool) -> None:
        content = body.encode()
        etag = body.split('"', 4)[3] if status == 200 and body.startswith('{"etag": ') else ""
        if etag and known.strip('"') == etag:
            status, content = 304, b""
        self.server.state.statuses.append(status)
        head = [f"HTTP/1.1 {status} {self.responses[status][0]}", f"Content-Length: {len(content)}"]
        head += ["Content-Type: application/json; charset=UTF-8"] + ([f"ETag: {etag}"] if etag else [])
        if is_truncated:
            content = content[: len(content) // 2]
            self.close_connection = True
        self.wfile.write("\r\n".join([*head, "", ""]).encode() + content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the log of calls is `State.calls`."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, state: State, *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.state = state

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that was killed; anything else is an error of the emulator's own."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


@contextmanager
def serve(world: youtube_world.World, *, port: int = 0) -> Iterator[Server]:
    """Serve a world from a thread of this process."""
    server = Server(State(world), port=port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.state.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=1000, help="how many to invent")
    parser.add_argument("--channels", type=int, default=1, help="how many channels share them")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    options = parser.parse_args()
    world = youtube_world.invent_world(options.videos, channel_count=options.channels)
    with serve(world, port=options.port) as server:
        server.state.limits = dict.fromkeys(LIMITS, 10**9)
        channel_ids = list(world.channels)
        print(json.dumps({"endpoint": server.endpoint, "key": KEY, "channels": channel_ids}), flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()

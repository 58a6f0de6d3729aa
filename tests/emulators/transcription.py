"""OpenAI's transcription API over HTTP, as far as Lectern asks it: it says what a test tells it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "whisper-1"
KEY = "sk-emulated"
PLACES = ("/v1/audio/transcriptions", "/v1/audio/translations")


@dataclass
class Server:
    """A running server: what it replies, and what it was asked."""

    url: str = ""
    reply: dict[str, Any] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


@contextmanager
def serve() -> Iterator[Server]:
    """Serve on a port of its own until the block ends."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked.append(body)
            self._answer(self._judge(body))

        def _judge(self, body: bytes) -> int:
            if self.headers["Authorization"] != f"Bearer {KEY}":
                return 401
            state.places.append(self.path)
            if self.path not in PLACES or MODEL.encode() not in body:
                return 404
            return state.statuses.pop() if state.statuses else 200

        def _answer(self, status: int) -> None:
            content = json.dumps(state.reply if status == 200 else {"error": {"message": "no"}}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()

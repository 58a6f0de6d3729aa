"""A small OpenID Connect provider at the network's edge: it knows one person and speaks HTTP."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "lectern"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class IdentityProvider(ThreadingHTTPServer):
    """Answers discovery, token, keys and userinfo; `person` is whom it vouches for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.person: dict[str, object] = {}
        self.signs_for = CLIENT_ID
        self.codes: list[str] = []

    def answers(self) -> dict[str, dict[str, object]]:
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/keys": {"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "one"}]},
            "/userinfo": self.person,
            "/token": {"access_token": "opaque", "token_type": "Bearer", "id_token": self.sign()},
        }

    def sign(self) -> str:
        claims = {"iss": self.issuer, "aud": self.signs_for, "exp": int(time.time()) + 60} | self.person
        return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "one"})


class _Handler(BaseHTTPRequestHandler):
    server: IdentityProvider

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.codes += parse_qs(body).get("code", [])
        self._answer()

    def _answer(self) -> None:
        body = json.dumps(self.server.answers()[self.path]).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def running() -> Iterator[IdentityProvider]:
    with IdentityProvider() as provider:
        Thread(target=provider.serve_forever, daemon=True).start()
        yield provider
        provider.shutdown()

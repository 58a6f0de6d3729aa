"""Connections that never repeat a call by themselves: httplib2 does where one closes without a word, uncounted."""

from http.client import BadStatusLine, HTTPResponse
from typing import Any

import httplib2


class _OnceMixin:
    def getresponse(self) -> HTTPResponse:
        try:
            response: HTTPResponse = super().getresponse()  # type: ignore[misc]
        except BadStatusLine:
            raise ConnectionResetError("the connection was closed without a reply") from None
        return response


class _Plain(_OnceMixin, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    pass


class _Encrypted(_OnceMixin, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    pass


class Connections(httplib2.Http):  # type: ignore[misc]
    """Connections kept open between calls; a redirection is a reply like another."""

    def __init__(self, *, timeout_seconds: float) -> None:
        super().__init__(timeout=timeout_seconds)
        self.follow_redirects = False

    def request(self, uri: str, *arguments: Any, **options: Any) -> Any:
        kind = _Encrypted if uri.startswith("https:") else _Plain
        return super().request(uri, *arguments, **options, connection_type=kind)

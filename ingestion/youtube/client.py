"""The real client of the Data API, one reply at a time, with the discovery document that comes with it.

The key travels in a header: the library writes addresses to its log and into its errors.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from http.client import HTTPException
from typing import Any

import httplib2
from django.conf import settings
from django.utils.translation import gettext as _

from ingestion.youtube import connections, errors

TIMEOUT_SECONDS = 30
STATISTICS = "videos.batchGetStats"
# No name, nobody there: nothing has been sent.
UNREACHABLE = (httplib2.ServerNotFoundError, ConnectionRefusedError)


class NoKeyError(Exception):
    """No key is set: the message names the setting."""

    permanent = True

    def __init__(self) -> None:
        super().__init__(_("YOUTUBE_API_KEY is empty: a key of the YouTube Data API is needed to ask YouTube."))


@dataclass(frozen=True)
class Question:
    """One page of one method. `subject` is the id asked about, or the digest of a list of ids."""

    method: str
    subject: str
    parameters: dict[str, str] = field(default_factory=dict)
    page_number: int = 0
    page_token: str = ""

    def turn(self, page_token: str) -> "Question":
        """Return the question about the next page."""
        return replace(self, page_number=self.page_number + 1, page_token=page_token)


@dataclass(frozen=True)
class Reply:
    """What came back; `absence` is why nothing is there, where the API gave a reason for that."""

    body: dict[str, Any] = field(default_factory=dict)
    is_unmodified: bool = False
    absence: str = ""

    @property
    def next_page_token(self) -> str:
        """Return what the next page is asked for by; empty where there is none."""
        token = self.body.get("nextPageToken")
        return token if isinstance(token, str) else ""

    @property
    def total_count(self) -> int:
        """Return how many items the list has; 0 where that is not told."""
        return self._read_count("totalResults")

    @property
    def page_count(self) -> int:
        """Return how many pages the list has; 0 where that is not told."""
        return -(-self.total_count // max(1, self._read_count("resultsPerPage")))

    def _read_count(self, name: str) -> int:
        told = self.body.get("pageInfo")
        count = told.get(name) if isinstance(told, dict) else None
        return count if isinstance(count, int) and 0 <= count < 2**31 else 0


class Client:
    """A connection to the API; not to be shared among threads."""

    def __init__(self, *, key: str, endpoint: str, timeout_seconds: float) -> None:
        self._key = key
        self._endpoint = endpoint
        self._http = connections.Connections(timeout_seconds=timeout_seconds)

    def ask(self, question: Question, *, etag: str = "") -> Reply:
        """Return the reply to one call. Raises errors.YouTubeError, whose words never hold the key."""
        try:
            return Reply(body=self._fetch(question, etag=etag))
        except errors.NothingThereError as absence:
            return Reply(absence=absence.reason)
        except _UnmodifiedError:
            return Reply(is_unmodified=True)

    def close(self) -> None:
        self._http.close()

    def _fetch(self, question: Question, *, etag: str) -> dict[str, Any]:
        from googleapiclient.errors import HttpError

        request = _request_of(question, endpoint=self._endpoint)
        request.postproc = _read_object
        request.headers["x-goog-api-key"] = self._key
        if etag:
            request.headers["if-none-match"] = etag
        try:
            body: dict[str, Any] = request.execute(http=self._http)
        except HttpError as error:
            if error.resp.status == 304:
                raise _UnmodifiedError from None
            raise errors.read_error(status=error.resp.status, content=error.content) from None
        except UNREACHABLE as error:
            raise errors.UnreachableError("network", str(error) or type(error).__name__) from None
        except (OSError, HTTPException, httplib2.HttpLib2Error, ValueError, RecursionError) as error:
            # A connection in an unknown state is not used again.
            self._http.close()
            raise errors.TransientError("network", str(error) or type(error).__name__) from None
        return body


class _UnmodifiedError(Exception):
    """The reply is the one whose etag was sent."""


def has_key() -> bool:
    """Tell whether the settings hold a key."""
    return bool(settings.YOUTUBE_API_KEY)


@contextmanager
def connect(*, timeout_seconds: float = TIMEOUT_SECONDS) -> Iterator[Client]:
    """Lend a client of the API that the settings name. Raises NoKeyError."""
    if not has_key():
        raise NoKeyError
    api = Client(
        key=settings.YOUTUBE_API_KEY, endpoint=settings.YOUTUBE_API_ENDPOINT, timeout_seconds=timeout_seconds
    )
    try:
        yield api
    finally:
        api.close()


@cache
def _service(endpoint: str) -> Any:
    # Slow to load, and needed by workers alone.
    from googleapiclient import discovery

    return discovery.build(
        "youtube",
        "v3",
        http=httplib2.Http(),
        client_options={"api_endpoint": endpoint},
        static_discovery=True,
        cache_discovery=False,
    )


@cache
def _collection(endpoint: str, name: str) -> Any:
    return getattr(_service(endpoint), name)()


def _request_of(question: Question, *, endpoint: str) -> Any:
    name, verb = question.method.split(".")
    resource = _collection(endpoint, name)
    token = {"pageToken": question.page_token} if question.page_token else {}
    return getattr(resource, verb)(**question.parameters, **token)


def _read_object(response: Any, content: bytes) -> dict[str, Any]:
    """Return the object a body holds. Raises ValueError where it is cut off or holds none."""
    body = json.loads(content)
    if not isinstance(body, dict):
        raise ValueError("the reply is no object")
    return body

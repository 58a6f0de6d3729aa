"""What a payload must be to land: little, so that an odd one lands and only a broken one is refused.

Shapes are those of https://developers.google.com/youtube/v3/docs and of yt-dlp's info files.
"""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=255)]
# Seconds since 1970, up to the year 2100.
Epoch = Annotated[float, Field(ge=0, le=4_102_444_800)]
Count = Annotated[str, StringConstraints(pattern=r"^\d+$")]
Duration = Annotated[str, StringConstraints(pattern=r"^P(\d+[YMWD])*(T(\d+[HMS])+)?$")]


class ContractError(Exception):
    """A payload that cannot land; the message is the reason, in one line."""

    permanent = True


class _Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class _VideoStatistics(_Shape):
    viewCount: Count | None = None  # noqa: N815  the API's own names
    likeCount: Count | None = None  # noqa: N815
    commentCount: Count | None = None  # noqa: N815


class _ContentDetails(_Shape):
    duration: Duration | None = None


class Resource(_Shape):
    """Any resource of the Data API."""

    kind: Annotated[str, StringConstraints(pattern=r"^youtube#[A-Za-z0-9]+$")]
    id: ExternalId | dict[str, Annotated[str, StringConstraints(max_length=100)]]
    etag: Annotated[str, StringConstraints(max_length=255)] = ""
    snippet: dict[str, Any] | None = None
    status: dict[str, Any] | None = None


class VideoResource(Resource):
    """A video: counts are strings, hidden ones are absent."""

    id: Identifier
    statistics: _VideoStatistics | None = None
    contentDetails: _ContentDetails | None = None  # noqa: N815


class Info(_Shape):
    """An info file of yt-dlp about a video."""

    id: Identifier
    title: str
    duration: float | None = None
    timestamp: float | None = None
    epoch: Epoch | None = None
    view_count: int | None = None
    language: str | None = None
    playlist_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    playlist_title: str | None = None


class PlaylistInfo(_Shape):
    """An info file of yt-dlp about a playlist."""

    id: ExternalId
    epoch: Epoch | None = None


def parse(text: str) -> Any:
    """Return the JSON of a file.

    Raises ContractError where it is not JSON, or holds what a database cannot keep.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"not JSON: {error}") from None
    if "\\u0000" in text or "\0" in text:
        raise ContractError("holds a null character")
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise ContractError("holds half of a surrogate pair") from None
    except ValueError:
        raise ContractError("holds a number out of range") from None
    return value


def check(contract: type[_Shape], payload: Any) -> None:
    """Raise ContractError with the first broken point of a payload."""
    try:
        contract.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "payload"
        raise ContractError(f"{where}: {first['msg']}") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")

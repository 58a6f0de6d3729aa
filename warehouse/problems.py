"""Errors as the API's schema tells them."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiResponse

CONTENT_TYPE = "application/problem+json"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, in a sentence."},
        "errors": {
            "type": "array",
            "description": "Where it lies, if in what was sent.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def responses(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Return the error responses of an operation, and that of asking too often."""
    return {
        (status, CONTENT_TYPE): OpenApiResponse(PROBLEM, description=HTTPStatus(status).phrase)
        for status in (*statuses, 429)
    }

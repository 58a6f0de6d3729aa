"""Errors of the API as problem details (RFC 9457): one shape, one sentence, `application/problem+json`."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem an exception is to a client, or None for what is a fault of ours."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    response.data = _describe(error, status=response.status_code)
    response.content_type = CONTENT_TYPE
    return response


def _describe(error: exceptions.APIException, *, status: int) -> dict[str, Any]:
    problem: dict[str, Any] = {"type": "about:blank", "title": str(error.default_detail), "status": status}
    if isinstance(error, exceptions.ValidationError):
        problem["errors"] = list(_flatten(error.detail))
        problem["detail"] = " ".join(each["detail"] for each in problem["errors"])
    else:
        problem["detail"] = str(error.detail)
    return problem


def _flatten(detail: Any, *, pointer: str = "") -> Iterator[dict[str, str]]:
    """Yield each message of a nested error with the place of its field."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flatten(inner, pointer=f"{pointer}/{name}")
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flatten(inner, pointer=pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}

"""Errors of the API as problem details (RFC 9457): one shape, one sentence, `application/problem+json`."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ingestion.problems import CONTENT_TYPE

API_PREFIX = "/api/"


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


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_for_api(request):
        return defaults.bad_request(request, exception)
    return _respond(HTTPStatus.BAD_REQUEST, "The request cannot be read.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_for_api(request):
        return defaults.permission_denied(request, exception)
    return _respond(HTTPStatus.FORBIDDEN, str(exceptions.PermissionDenied.default_detail))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_for_api(request):
        return defaults.page_not_found(request, exception)
    return _respond(HTTPStatus.NOT_FOUND, str(exceptions.NotFound.default_detail))


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours; the trace is in the log alone."""
    if not is_for_api(request):
        return defaults.server_error(request)
    return _respond(HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of ours; it has been written to the log.")


def is_for_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIX)


def _respond(status: HTTPStatus, detail: str) -> JsonResponse:
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return JsonResponse(problem, status=status, content_type=CONTENT_TYPE)


def _describe(error: exceptions.APIException, *, status: int) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
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

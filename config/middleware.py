"""What stands around every page: health checks, connections handed back before a stream, one thread a request."""

from collections.abc import Callable

from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from config import health

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def answer_health_checks(get_response: GetResponse) -> GetResponse:
    """Answer /healthz and /readyz before hosts, redirects and sign-in are looked at.

    Load balancers ask by number, over plain http and unknown to us.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path == health.ALIVE_PATH:
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == health.READY_PATH:
            reasons = health.find_reasons()
            return JsonResponse({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)
        return get_response(request)

    return middleware


def release_connections(get_response: GetResponse) -> GetResponse:
    """Hand the database connection back before a stream begins: it may last for minutes and needs it rarely."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.streaming:
            for connection in connections.all(initialized_only=True):
                if not connection.in_atomic_block:
                    connection.close_if_unusable_or_obsolete()
        return response

    return middleware


def stay_on_one_thread(get_response: GetResponse) -> GetResponse:
    """Stand innermost and be synchronous, so that all that stands before it is as well.

    Django would run each hook of each middleware on the event loop and hop to a thread and back for it, twenty
    times a request, each hop waiting for the interpreter's lock.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    return middleware

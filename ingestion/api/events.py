"""Events of objects, pushed by a gateway: signed, noted, and handled by a worker."""

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, permissions, status, throttling
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion import events, object_notices, problems, serializers, signatures

LARGEST_BODY = 1024 * 1024
TIMESTAMP, SIGNATURE = "X-Lectern-Timestamp", "X-Lectern-Signature"
HEADERS = [
    OpenApiParameter(TIMESTAMP, str, OpenApiParameter.HEADER, description="Seconds since 1970."),
    OpenApiParameter(
        SIGNATURE,
        str,
        OpenApiParameter.HEADER,
        description="HMAC-SHA256 in hexadecimal, over the timestamp, a full stop and the body.",
    ),
]


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = f"At most {LARGEST_BODY} bytes are taken at once."
    default_code = "too_large"


class Unsigned(exceptions.APIException):
    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "unsigned"


class ObjectEvents(APIView):
    """Where a gateway tells of objects."""

    authentication_classes = []
    permission_classes = [permissions.AllowAny]
    throttle_classes = [throttling.ScopedRateThrottle]
    throttle_scope = "events"

    @extend_schema(
        operation_id="push_object_events",
        tags=["events"],
        summary="Tell of objects that were written into the lake",
        description=(
            "For gateways that push what S3 tells, in S3's own form. The body is signed with "
            "OBJECT_EVENTS_SECRET; without that setting there is nothing here. Told again, an object is handled "
            "once."
        ),
        auth=[],
        parameters=HEADERS,
        request=serializers.ObjectEventsSerializer,
        responses={202: serializers.NotedEventsSerializer, **problems.responses(400, 401, 404, 413, 415)},
    )
    def post(self, request: Request) -> Response:
        if not settings.OBJECT_EVENTS_SECRET:
            raise Http404
        _check_signature(request)
        try:
            notices = object_notices.read(request.data)
        except object_notices.UnreadableNoticeError as error:
            raise exceptions.ParseError(str(error)) from None
        events.accept(notices)
        return Response({"noted_count": len(notices)}, status=status.HTTP_202_ACCEPTED)


def _check_signature(request: Request) -> None:
    """Raise TooLarge and Unsigned."""
    # Before a byte is read where the length is told, and after where it is not.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        raise TooLarge
    try:
        signatures.check(
            request.body,
            secret=settings.OBJECT_EVENTS_SECRET,
            timestamp=request.headers.get(TIMESTAMP, ""),
            signature=request.headers.get(SIGNATURE, ""),
            now=timezone.now(),
        )
    except signatures.BadSignatureError as error:
        raise Unsigned(str(error)) from None

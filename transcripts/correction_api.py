"""Corrections for programs: what a segment says and has said, another text for it, and what needs review."""

from django.contrib.auth.models import User
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import exceptions, generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import problems
from ingestion.models import Video
from transcripts import api, corrections
from transcripts.models import Correction, Segment
from transcripts.serializers import CorrectSegmentSerializer, SegmentDetailSerializer, UnplacedSerializer


class PersonRequest(Request):
    user: User


class Outdated(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "Someone else has corrected this meanwhile."
    default_code = "outdated"


def check_may_correct(request: Request, video: Video) -> None:
    """Raise PermissionDenied for who only takes part in a course of the video."""
    if not corrections.may_correct(video=video, user=request.user):
        raise exceptions.PermissionDenied


class SegmentView(generics.GenericAPIView[Segment]):
    """One segment of a transcript that is read."""

    serializer_class = SegmentDetailSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Segment]:
        return corrections.find_shown(self.request.user)

    @extend_schema(
        operation_id="get_segment",
        tags=["transcripts"],
        summary="One segment and all that it has said",
        description="For who leads a course of the video, and operators.",
        responses={200: SegmentDetailSerializer, **problems.responses(401, 403, 404)},
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.find_segment()).data)

    @extend_schema(
        operation_id="correct_segment",
        tags=["transcripts"],
        summary="Correct what a segment says",
        description="For who leads a course of the video, and operators. Every version is kept; to undo one, send "
        "the text of an earlier. The words that stay keep their times.",
        request=CorrectSegmentSerializer,
        responses={200: SegmentDetailSerializer, **problems.responses(400, 401, 403, 404, 409, 415)},
    )
    def patch(self, request: PersonRequest, pk: int) -> Response:
        segment = self.find_segment()
        form = CorrectSegmentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            corrected = corrections.correct_segment(
                segment_id=segment.pk, user=request.user, **form.validated_data
            )
        except corrections.UnusableTextError as error:
            raise exceptions.ValidationError({"text": [str(error)]}) from None
        except corrections.OutdatedError as error:
            raise Outdated(str(error)) from None
        return Response(self.get_serializer(corrected).data)

    def find_segment(self) -> Segment:
        segment = self.get_object()
        check_may_correct(self.request, segment.transcription.video)
        return segment


@extend_schema_view(
    get=extend_schema(
        operation_id="list_unplaced_corrections",
        tags=["transcripts"],
        summary="Corrections of a video that need review",
        description="Those that fit no segment since the lecture was transcribed again. For who leads a course of "
        "the video, and operators.",
        parameters=[api.VIDEO_ID],
        responses={200: UnplacedSerializer(many=True), **problems.responses(400, 401, 403, 404)},
    )
)
class UnplacedListView(generics.ListAPIView[Correction]):
    serializer_class = UnplacedSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Correction]:
        if getattr(self, "swagger_fake_view", False):
            return Correction.objects.none()
        video = api.find_video(self.request, self.kwargs["video_id"])
        check_may_correct(self.request, video)
        return Correction.objects.unplaced().filter(video=video).order_by("start_seconds", "pk")


class SettleView(generics.GenericAPIView[Correction]):
    """Let go of a correction that needs review."""

    serializer_class = UnplacedSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Correction]:
        visible = Video.objects.visible_to(self.request.user)
        return Correction.objects.filter(video__in=visible).select_related("video")

    @extend_schema(
        operation_id="settle_correction",
        tags=["transcripts"],
        summary="Settle a correction that needs review",
        description="For who leads a course of the video, and operators. What the transcript says now stands; "
        "done again, it changes nothing.",
        request=None,
        responses={204: None, **problems.responses(401, 403, 404)},
    )
    def post(self, request: PersonRequest, pk: int) -> Response:
        correction = self.get_object()
        check_may_correct(request, correction.video)
        corrections.settle(correction_id=correction.pk, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

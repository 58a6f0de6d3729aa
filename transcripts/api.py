"""Transcripts for programs: what was said, as JSON or as a file, and how far each transcription is."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion import permissions, problems
from ingestion.models import OPERATE, Video
from transcripts import exports, lectures, services, views
from transcripts.models import Segment, State, Transcription
from transcripts.serializers import (
    LectureChapterSerializer,
    SegmentSerializer,
    TranscriptionSerializer,
    TranscriptSerializer,
)

DESCRIBED = ("language", "engine", "model", "duration_seconds")
VIDEO_ID = OpenApiParameter("video_id", str, OpenApiParameter.PATH, description="As its source names it.")
WORDS = OpenApiParameter("words", bool, description="With every word and when it is said.", default=False)
GATES = OpenApiParameter(
    "doubted", bool, description="With what is not trusted, and why; for operators.", default=False
)


class NotRepeatable(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "It cannot be transcribed again."
    default_code = "not_repeatable"


class TranscriptView(APIView):
    """What is said in a video."""

    @extend_schema(
        operation_id="get_transcript",
        tags=["transcripts"],
        summary="The transcript of a video",
        description="The preferred transcript, segment by segment, without what failed a gate.",
        parameters=[VIDEO_ID, WORDS, GATES],
        responses={200: TranscriptSerializer, **problems.responses(400, 401, 403, 404)},
    )
    def get(self, request: Request, video_id: str) -> Response:
        has_words, has_gates = _read_flag(request, "words"), _read_flag(request, "doubted")
        if has_gates and not request.user.has_perm(OPERATE):
            raise exceptions.PermissionDenied
        transcription = Transcription.objects.preferred().filter(video=find_video(request, video_id)).first()
        if transcription is None:
            raise Http404
        said = Segment.objects.filter(transcription=transcription).select_related("correction")
        said = (said if has_gates else said.trusted()).defer("heard_text", "heard_words").order_by("position")
        rows = said if has_words else said.defer("words")
        segments = SegmentSerializer(rows, many=True, has_words=has_words, has_gates=has_gates)
        described = {name: getattr(transcription, name) for name in DESCRIBED}
        return Response({"video_id": video_id, **described, "segments": segments.data})


class ChapterListView(APIView):
    """The chapters of a video, whoever named them."""

    @extend_schema(
        operation_id="list_chapters",
        tags=["transcripts"],
        summary="The chapters of a video",
        description="Those published with it; where there are none, those found by what is spoken of.",
        parameters=[VIDEO_ID],
        responses={200: LectureChapterSerializer(many=True), **problems.responses(401, 404)},
        filters=False,
    )
    def get(self, request: Request, video_id: str) -> Response:
        lecture = lectures.open_lecture(find_video(request, video_id))
        return Response(LectureChapterSerializer(lecture.chapters, many=True).data)


class TranscriptFileView(APIView):
    """The same as a file; the address says which kind, whatever the Accept header hopes for."""

    @extend_schema(
        operation_id="get_transcript_file",
        tags=["transcripts"],
        summary="The transcript of a video as a file",
        description="Parquet has a row a segment in the schema of the lake's transcripts: video_id, media_sha256, "
        "digest, engine, model, language, position, text, gate_reason, repair, spoken_language, start_seconds, "
        "end_seconds, average_log_probability, no_speech_probability, compression_ratio and words, each of these "
        "with start_seconds, end_seconds, text and probability. Here it holds what is trusted, as corrected by "
        "people; in the lake everything, as it was heard.",
        parameters=[
            VIDEO_ID,
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(exports.FORMATS)),
        ],
        responses={
            (200, "text/vtt"): OpenApiTypes.STR,
            (200, "application/x-subrip"): OpenApiTypes.STR,
            (200, "text/plain"): OpenApiTypes.STR,
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
            **problems.responses(401, 404),
        },
    )
    def get(self, request: Request, video_id: str, kind: str) -> HttpResponse:
        if kind not in exports.FORMATS:
            raise Http404
        return views.make_download(find_video(request, video_id), kind)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)


class TranscriptionFilter(filters.FilterSet):
    """State and engine, by their names."""

    state = filters.ChoiceFilter(choices=State.choices)
    engine = filters.ChoiceFilter(choices=[(name, name) for name in settings.TRANSCRIBERS])

    class Meta:
        model = Transcription
        fields = ["state", "engine"]


class _Transcriptions(generics.GenericAPIView[Transcription]):
    serializer_class = TranscriptionSerializer

    def get_queryset(self) -> QuerySet[Transcription]:
        """Those of the videos that this person sees."""
        visible = Video.objects.visible_to(self.request.user)
        return Transcription.objects.filter(video__in=visible).select_related("video").order_by("-pk")


@extend_schema_view(
    get=extend_schema(
        operation_id="list_transcriptions",
        tags=["transcripts"],
        summary="Transcriptions and where they stand, newest first",
        responses={200: TranscriptionSerializer(many=True), **problems.responses(400, 401, 404)},
    )
)
class TranscriptionListView(_Transcriptions, generics.ListAPIView[Transcription]):
    filterset_class = TranscriptionFilter


@extend_schema_view(
    get=extend_schema(
        operation_id="get_transcription",
        tags=["transcripts"],
        summary="One transcription and where it stands",
        responses={200: TranscriptionSerializer, **problems.responses(401, 404)},
    )
)
class TranscriptionView(_Transcriptions, generics.RetrieveAPIView[Transcription]):
    filter_backends = []


class TranscribeAgainView(_Transcriptions):
    """Send a transcription back to the start."""

    permission_classes = [IsAuthenticated, permissions.IsOperator]
    filter_backends = []

    @extend_schema(
        operation_id="transcribe_again",
        tags=["transcripts"],
        summary="Transcribe a recording again",
        description="For operators. It waits for its turn like the others; 409 where it has not ended yet.",
        request=None,
        responses={202: TranscriptionSerializer, **problems.responses(401, 403, 404, 409)},
    )
    def post(self, request: Request, pk: int) -> Response:
        row = self.get_object()
        try:
            services.transcribe_again(transcription_id=row.pk)
        except services.NotRepeatableError as error:
            raise NotRepeatable(str(error)) from error
        row.refresh_from_db()
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)


def find_video(request: Request, video_id: str) -> Video:
    """Return a video that a person sees. Raises Http404."""
    video = Video.objects.visible_to(request.user).filter(video_id=video_id.replace("\0", " ")).first()
    if video is None:
        raise Http404
    return video


def _read_flag(request: Request, name: str) -> bool:
    text = request.query_params.get(name, "false").lower()
    if text not in {"1", "0", "true", "false"}:
        raise exceptions.ValidationError({name: [_("It is true or false.")]})
    return text in {"1", "true"}

"""Videos, by the ids their source gave them."""

import re

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics

from ingestion import filters, problems, serializers
from ingestion.models import Video

VIDEO_ID = OpenApiParameter("video_id", str, OpenApiParameter.PATH, description="As its source names it.")
KNOWN_IDS = re.compile(r"[A-Za-z0-9_-]{1,64}")


class _Videos(generics.GenericAPIView[Video]):
    queryset = Video.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Video]:
        return filters.order_videos(Video.objects.visible_to(self.request.user), filters.NEWEST)


@extend_schema_view(
    get=extend_schema(
        operation_id="list_videos",
        tags=["videos"],
        summary="The videos you see, newest first",
        responses={200: serializers.VideoSerializer(many=True), **problems.responses(400, 401, 404)},
    )
)
class VideoList(_Videos, generics.ListAPIView[Video]):
    serializer_class = serializers.VideoSerializer
    filterset_class = filters.VideoFilter


@extend_schema_view(
    get=extend_schema(
        operation_id="get_video",
        tags=["videos"],
        summary="One video with its chapters",
        parameters=[VIDEO_ID],
        responses={200: serializers.VideoDetailSerializer, **problems.responses(401, 404)},
    )
)
class VideoDetail(_Videos, generics.RetrieveAPIView[Video]):
    serializer_class = serializers.VideoDetailSerializer
    filter_backends = []

    def get_object(self) -> Video:
        video_id = self.kwargs["video_id"]
        if not KNOWN_IDS.fullmatch(video_id):
            raise Http404
        return get_object_or_404(self.get_queryset(), video_id=video_id)

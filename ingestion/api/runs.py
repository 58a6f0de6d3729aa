"""Pulls: what was read when and how it ended, and asking for one."""

from typing import cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import exceptions, generics, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import adding, courses, filters, problems, roots, serializers
from ingestion.models import FolderRequest, IngestionRun
from ingestion.permissions import AddsLectures, IsOperator


@extend_schema_view(
    get=extend_schema(
        operation_id="list_runs",
        tags=["runs"],
        summary="Pulls, newest first",
        description="For operators.",
        responses={200: serializers.RunSerializer(many=True), **problems.responses(400, 401, 403, 404)},
    )
)
class RunList(generics.ListAPIView[IngestionRun]):
    queryset = IngestionRun.objects.order_by("-pk")
    serializer_class = serializers.RunSerializer
    filterset_class = filters.RunFilter

    def get_permissions(self) -> list[permissions.BasePermission]:
        allowed = AddsLectures if self.request.method == "POST" else IsOperator
        return [permissions.IsAuthenticated(), allowed()]

    @extend_schema(
        operation_id="request_run",
        tags=["runs"],
        summary="Add a folder of the server to a course",
        description=(
            "For teachers and operators. A worker takes it up; the address in the `Location` header tells how far "
            "it has come. Asked for again while it waits, it is one request."
        ),
        request=serializers.NewFolderRequestSerializer,
        responses={202: serializers.FolderRequestSerializer, **problems.responses(400, 401, 403, 415)},
    )
    def post(self, request: Request) -> Response:
        form = serializers.NewFolderRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            wish = adding.request_folder(user=cast(User, request.user), **form.validated_data)
        except roots.RefusedFolderError as error:
            raise exceptions.ValidationError({"folder": [str(error)]}) from None
        except courses.CourseError as error:
            raise exceptions.ValidationError({"course_title": [str(error)]}) from None
        return Response(
            serializers.FolderRequestSerializer(wish).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": reverse("api_run_request", args=[wish.pk])},
        )


@extend_schema_view(
    get=extend_schema(
        operation_id="get_run",
        tags=["runs"],
        summary="One pull",
        description="For operators.",
        responses={200: serializers.RunSerializer, **problems.responses(401, 403, 404)},
    )
)
class RunDetail(generics.RetrieveAPIView[IngestionRun]):
    queryset = IngestionRun.objects.all()
    serializer_class = serializers.RunSerializer
    permission_classes = [permissions.IsAuthenticated, IsOperator]
    lookup_url_kwarg = "run_id"
    filter_backends = []


@extend_schema_view(
    get=extend_schema(
        operation_id="get_run_request",
        tags=["runs"],
        summary="How far a folder you added has come",
        responses={200: serializers.FolderRequestSerializer, **problems.responses(401, 404)},
    )
)
class RunRequest(generics.RetrieveAPIView[FolderRequest]):
    queryset = FolderRequest.objects.none()  # for the schema
    serializer_class = serializers.FolderRequestSerializer
    lookup_url_kwarg = "request_id"
    filter_backends = []

    def get_queryset(self) -> QuerySet[FolderRequest]:
        return FolderRequest.objects.visible_to(self.request.user)

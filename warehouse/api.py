"""The marts for analysts, page by page and whole; and the builds that filled them."""

from typing import Any, cast

from django.core.handlers.asgi import ASGIRequest
from django.db import models
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, generics, negotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion import problems
from warehouse import catalogue, exports, filters, paging, permissions, reading, serializers
from warehouse.models import WarehouseBuild

PAGING = {"page", "page_size"}


class AnyAccept(negotiation.BaseContentNegotiation):
    """Take any Accept header: the address says what is sent, and an error is JSON whatever was hoped for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


@extend_schema_view(
    get=extend_schema(
        operation_id="list_marts",
        tags=["marts"],
        summary="The marts and their columns",
        responses={200: serializers.MartSerializer(many=True), **problems.responses(401, 403)},
    )
)
class MartList(APIView):
    """Every mart there is."""

    permission_classes = [permissions.ReadsMarts]

    def get(self, request: Request) -> Response:
        return Response([serializers.MartSerializer(mart).data for mart in catalogue.MARTS])


class MartRows(generics.ListAPIView[models.Model]):
    """The rows of one mart; each mart has a subclass."""

    permission_classes = [permissions.ReadsMarts]
    pagination_class: type[paging.MartPages] | None = paging.MartPages
    mart: catalogue.Mart
    other_parameters = PAGING

    def get_queryset(self) -> models.QuerySet[models.Model]:
        return self.mart.model._default_manager.all()

    def filter_queryset(self, queryset: models.QuerySet[Any, Any]) -> models.QuerySet[Any, Any]:
        """Refuse a filter that does not exist: ignored, a slip of the pen would answer with everything."""
        known = self.other_parameters | set(self.filterset_class.base_filters)  # type: ignore[attr-defined]
        unknown = sorted(set(self.request.query_params) - known)
        if unknown:
            raise exceptions.ValidationError({name: [_("There is no such filter.")] for name in unknown})
        return super().filter_queryset(queryset)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with reading.read_only():
            return super().list(request, *args, **kwargs)


class MartExport(MartRows):
    """All rows of one mart as a file; each mart has a subclass."""

    pagination_class = None
    content_negotiation_class = AnyAccept
    other_parameters = {"format"}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        name = request.query_params.get("format", "csv")
        if name not in exports.FORMATS:
            raise exceptions.ValidationError({"format": [_("It is csv or jsonl.")]})
        content_type, _write = exports.FORMATS[name]
        names = [column.name for column in self.mart.columns]
        with reading.read_only():
            rows = self.filter_queryset(self.get_queryset())
            file = exports.export_rows(rows, names=names, format_name=name)
        byte_count = file.tell()
        file.seek(0)
        is_awaited = isinstance(request._request, ASGIRequest)
        parts = exports.AwaitedFileParts if is_awaited else exports.FileParts
        return StreamingHttpResponse(
            parts(file),
            content_type=f"{content_type}; charset=utf-8",
            headers={
                "Content-Length": str(byte_count),
                "Content-Disposition": f'attachment; filename="{self.mart.relation}.{name}"',
            },
        )


@extend_schema_view(
    get=extend_schema(
        operation_id="list_builds",
        tags=["runs"],
        summary="Builds of the warehouse, the newest first",
        responses={200: serializers.BuildSerializer(many=True), **problems.responses(401, 403, 404)},
    )
)
class BuildList(generics.ListAPIView[WarehouseBuild]):
    """Builds that found new input or mended a table."""

    permission_classes = [permissions.ReadsMarts]
    serializer_class = serializers.BuildSerializer
    queryset = WarehouseBuild.objects.newest_first()
    filter_backends = []


def build_rows_view(mart: catalogue.Mart) -> type[MartRows]:
    """Return the view of a mart's rows, typed in the schema by its own columns."""
    row_serializer = serializers.build_row_serializer(mart)
    view = cast(type[MartRows], _bind(MartRows, mart=mart, serializer_class=row_serializer))
    documented = extend_schema(
        operation_id=f"list_{mart.relation}_rows",
        tags=["marts"],
        summary=f"Rows of {mart.relation}: {mart.grain[0].lower()}{mart.grain[1:]}",
        description=mart.description,
        responses={200: row_serializer(many=True), **problems.responses(400, 401, 403, 404, 503)},
    )
    return extend_schema_view(get=documented)(view)


def build_export_view(mart: catalogue.Mart) -> type[MartExport]:
    """Return the view that sends a whole mart as a file."""
    view = cast(type[MartExport], _bind(MartExport, mart=mart))
    documented = extend_schema(
        operation_id=f"export_{mart.relation}",
        tags=["marts"],
        summary=f"The whole of {mart.relation} as a file, as far as the filters let through",
        filters=True,
        parameters=[OpenApiParameter("format", str, enum=sorted(exports.FORMATS), default="csv")],
        responses={
            **{(200, content_type): OpenApiTypes.STR for content_type, _write in exports.FORMATS.values()},
            **problems.responses(400, 401, 403, 503),
        },
    )
    return extend_schema_view(get=documented)(view)


def _bind(view: type[MartRows], *, mart: catalogue.Mart, **attributes: Any) -> type:
    """Return a subclass of a view for one mart."""
    bound = {"mart": mart, "filterset_class": filters.build_filters(mart), **attributes}
    return type(f"{mart.model.__name__}{view.__name__.removeprefix('Mart')}", (view,), bound)

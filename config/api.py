"""Tokens over the API."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from config import tokens
from config.models import ApiToken
from ingestion import problems


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token as its owner sees it again."""

    created_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = ApiToken
        fields = ["id", "name", "created_at", "expires_at"]


class NewTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=64)
    lifetime_days = serializers.IntegerField(
        min_value=1, max_value=tokens.LONGEST_LIFETIME_DAYS, default=tokens.LIFETIME_DAYS
    )


class IssuedTokenSerializer(TokenSerializer):
    """A token with its secret, which is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]


class TooManyTokens(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "As many tokens as one may have."
    default_code = "too_many_tokens"


class OwnTokens(generics.GenericAPIView[ApiToken]):
    """The tokens of whoever asks, and nobody else's."""

    serializer_class = TokenSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[ApiToken]:
        if getattr(self, "swagger_fake_view", False):
            return ApiToken.objects.none()
        return tokens.list_tokens(cast(User, self.request.user))


@extend_schema(tags=["tokens"])
class TokenList(generics.ListAPIView[ApiToken], OwnTokens):
    """List tokens and make them."""

    @extend_schema(
        operation_id="list_tokens",
        summary="List your tokens",
        responses={200: TokenSerializer(many=True), **problems.responses(401, 404)},
    )
    def get(self, request: Request, *arguments: Any, **options: Any) -> Response:
        return super().get(request, *arguments, **options)

    @extend_schema(
        operation_id="create_token",
        summary="Make a token",
        description="Its secret is in this answer and nowhere else; send it as `Authorization: Bearer …`.",
        request=NewTokenSerializer,
        responses={201: IssuedTokenSerializer, **problems.responses(400, 401, 403, 409, 415)},
        examples=[
            OpenApiExample("A month", value={"name": "notebook", "lifetime_days": 30}, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        if request.auth is not None:
            raise PermissionDenied("A token makes no other: sign in to make one.")
        wanted = NewTokenSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            issued = tokens.create_token(user=cast(User, request.user), **wanted.validated_data)
        except tokens.TooManyTokensError as error:
            raise TooManyTokens(str(error)) from error
        shown = TokenSerializer(issued.label).data | {"token": issued.secret}
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


@extend_schema_view(
    delete=extend_schema(
        operation_id="revoke_token",
        parameters=[OpenApiParameter("token_id", OpenApiTypes.INT64, OpenApiParameter.PATH)],
        summary="End a token now",
        tags=["tokens"],
        responses={204: None, **problems.responses(401, 403, 404)},
    )
)
class TokenDetail(generics.DestroyAPIView[ApiToken], OwnTokens):
    """End a token."""

    lookup_url_kwarg = "token_id"

    def perform_destroy(self, instance: ApiToken) -> None:
        tokens.revoke_token(instance)

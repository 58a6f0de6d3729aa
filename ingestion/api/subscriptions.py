"""What courses follow: listed, begun, changed, ended, pulled at once, and looked at beforehand."""

from typing import cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, generics, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion import filters, problems
from ingestion.api import subscription_bodies as bodies
from ingestion.following import pasting, standing, subscriptions
from ingestion.models import Course, Subscription
from ingestion.permissions import AddsLectures

IN_PATH = OpenApiParameter("subscription_id", OpenApiTypes.INT64, OpenApiParameter.PATH)


class _Subscriptions(generics.GenericAPIView[Subscription]):
    queryset = Subscription.objects.none()  # for the schema
    serializer_class = bodies.SubscriptionSerializer

    def get_queryset(self) -> QuerySet[Subscription]:
        return standing.find_led(self.request.user).order_by("-pk")

    def tell(self, rows: list[Subscription]) -> list[standing.Followed]:
        return standing.describe(rows, at=timezone.now())

    def find(self, subscription_id: int) -> Subscription:
        return get_object_or_404(self.get_queryset(), pk=subscription_id)

    def answer(self, row: Subscription, *, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.tell([row])[0]).data, status=code)


@extend_schema(tags=["subscriptions"])
class SubscriptionList(_Subscriptions):
    """What the courses you lead follow."""

    permission_classes = [permissions.IsAuthenticated, AddsLectures]
    filterset_class = filters.SubscriptionFilter

    @extend_schema(
        operation_id="list_subscriptions",
        summary="What the courses you lead follow, the newest first",
        responses={200: bodies.SubscriptionSerializer(many=True), **problems.responses(400, 401, 403, 404)},
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(self.tell(list(page or ())), many=True).data)

    @extend_schema(
        operation_id="create_subscription",
        summary="Let a course follow a channel, playlist, video or search",
        description=(
            "For teachers and operators. A worker pulls it at once, and again as often as `every_minutes` says. "
            "What the course follows already is changed to what is sent."
        ),
        request=bodies.NewSubscriptionSerializer,
        responses={201: bodies.SubscriptionSerializer, **problems.responses(400, 401, 403, 415)},
    )
    def post(self, request: Request) -> Response:
        form = bodies.NewSubscriptionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, data = cast(User, request.user), form.validated_data
        with bodies.told_by_field():
            row = pasting.follow(
                text=data["reference"],
                wishes=bodies.make_wishes(data),
                user=user,
                course=_find_course(user, data.get("course_id")),
                course_title=data.get("course_title", ""),
            )
        return Response(
            self.get_serializer(self.tell([row])[0]).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api_subscription", args=[row.pk])},
        )


def _find_course(user: User, course_id: int | None) -> Course | None:
    """Return a course that a person leads, None where none is named. Raises ValidationError."""
    if course_id is None:
        return None
    course = Course.objects.led_by(user).filter(pk=course_id).first()
    if course is None:
        raise exceptions.ValidationError({"course_id": ["You lead no course with this id."]})
    return course


@extend_schema_view(
    get=extend_schema(
        operation_id="get_subscription",
        summary="One thing that a course follows",
        parameters=[IN_PATH],
        responses={200: bodies.SubscriptionSerializer, **problems.responses(401, 404)},
    ),
    patch=extend_schema(
        operation_id="change_subscription",
        summary="Change its filters, or pause it",
        description="What is not sent stays. What was left out is judged anew; what is in the course stays there.",
        parameters=[IN_PATH],
        request=bodies.ChangedSubscriptionSerializer,
        responses={200: bodies.SubscriptionSerializer, **problems.responses(400, 401, 404, 415)},
    ),
    delete=extend_schema(
        operation_id="delete_subscription",
        summary="Follow it no more",
        description="Its videos stay in the course.",
        parameters=[IN_PATH],
        responses={204: None, **problems.responses(401, 404)},
    ),
)
@extend_schema(tags=["subscriptions"])
class SubscriptionDetail(_Subscriptions):
    """One of them."""

    filter_backends = []

    def get(self, request: Request, subscription_id: int) -> Response:
        return self.answer(self.find(subscription_id))

    def patch(self, request: Request, subscription_id: int) -> Response:
        row = self.find(subscription_id)
        form = bodies.ChangedSubscriptionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with bodies.told_by_field():
            row = bodies.change(row, form.validated_data)
        return self.answer(row)

    def delete(self, request: Request, subscription_id: int) -> Response:
        subscriptions.unfollow(subscription_id=self.find(subscription_id).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["subscriptions"])
class PullSubscription(_Subscriptions):
    """Pulling one of them at once."""

    filter_backends = []

    @extend_schema(
        operation_id="pull_subscription",
        summary="Pull it now",
        description="A worker does, unless it is paused or being pulled; done again, it changes nothing.",
        parameters=[IN_PATH],
        request=None,
        responses={202: bodies.SubscriptionSerializer, **problems.responses(401, 404)},
    )
    def post(self, request: Request, subscription_id: int) -> Response:
        row = self.find(subscription_id)
        subscriptions.pull_now(subscription_id=row.pk)
        return self.answer(row, code=status.HTTP_202_ACCEPTED)


class PreviewSubscription(APIView):
    """What it would cost to follow something."""

    permission_classes = [permissions.IsAuthenticated, AddsLectures]

    @extend_schema(
        operation_id="preview_subscription",
        tags=["subscriptions"],
        summary="Tell what following would bring and cost, and follow nothing",
        description="For teachers and operators. A look costs three units at most; without a key it costs none.",
        request=bodies.PreviewRequestSerializer,
        responses={200: bodies.LookSerializer, **problems.responses(400, 401, 403, 415)},
    )
    def post(self, request: Request) -> Response:
        form = bodies.PreviewRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with bodies.told_by_field():
            look = pasting.look(
                text=form.validated_data["reference"],
                wishes=bodies.make_wishes(form.validated_data),
                user=cast(User, request.user),
            )
        return Response(bodies.LookSerializer(look).data)

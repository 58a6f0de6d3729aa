"""Courses, their members, and joining one by its code."""

from typing import cast

from django.contrib.auth.models import User
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ingestion import courses, filters, problems, serializers
from ingestion.models import Course, CourseQuerySet, Membership

SEARCH = OpenApiParameter("q", str, description="A part of a name or address.")


def _describe(rows: CourseQuerySet, user: User) -> CourseQuerySet:
    """Add to each course how many lectures it holds and whether a person leads it."""
    through = Course.videos.through.objects.filter(course=OuterRef("pk"))
    counts = through.values("course").annotate(count=Count("pk")).values("count")  # type: ignore[misc]
    lecture_count = Coalesce(Subquery(counts, output_field=IntegerField()), 0)
    led = Course.objects.led_by(user).filter(pk=OuterRef("pk"))
    return rows.annotate(lecture_count=lecture_count, is_led=Exists(led))


class _Courses(generics.GenericAPIView[Course]):
    queryset = Course.objects.none()  # for the schema
    serializer_class = serializers.CourseSerializer

    def get_queryset(self) -> QuerySet[Course]:
        user = cast(User, self.request.user)
        return _describe(Course.objects.visible_to(user), user).order_by("title")


@extend_schema_view(
    get=extend_schema(
        operation_id="list_courses",
        tags=["courses"],
        summary="The courses you see, by title",
        responses={200: serializers.CourseSerializer(many=True), **problems.responses(400, 401, 404)},
    )
)
class CourseList(_Courses, generics.ListAPIView[Course]):
    filterset_class = filters.CourseFilter


@extend_schema_view(
    get=extend_schema(
        operation_id="get_course",
        tags=["courses"],
        summary="One course",
        responses={200: serializers.CourseSerializer, **problems.responses(401, 404)},
    )
)
class CourseDetail(_Courses, generics.RetrieveAPIView[Course]):
    lookup_url_kwarg = "course_id"
    filter_backends = []


class JoinCourse(APIView):
    """Become a member by a code."""

    @extend_schema(
        operation_id="join_course",
        tags=["courses"],
        summary="Join a course by its code",
        description="Every wrong code gets the same answer; ten a minute are taken.",
        request=serializers.CodeSerializer,
        responses={200: serializers.CourseSerializer, **problems.responses(400, 401, 415)},
    )
    def post(self, request: Request) -> Response:
        user = cast(User, request.user)
        form = serializers.CodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            course = courses.join_course(code=form.validated_data["code"], user=user)
        except courses.TooManyAttemptsError:
            raise exceptions.Throttled(wait=courses.ATTEMPTS_SECONDS) from None
        except courses.CourseError as error:
            raise exceptions.ValidationError({"code": [str(error)]}) from None
        described = _describe(Course.objects.filter(pk=course.pk), user).get()
        return Response(serializers.CourseSerializer(described).data)


class _Members(generics.GenericAPIView[Membership]):
    queryset = Membership.objects.none()  # for the schema
    serializer_class = serializers.MemberSerializer
    filter_backends = []

    def find_course(self) -> Course:
        """Return the course for whoever leads it; 403 for who only takes part, 404 for who does not."""
        user = cast(User, self.request.user)
        course = get_object_or_404(Course.objects.visible_to(user), pk=self.kwargs["course_id"])
        if not courses.leads(course=course, user=user):
            raise exceptions.PermissionDenied
        return course


class MemberList(_Members):
    """Who is on the list of a course."""

    @extend_schema(
        operation_id="list_members",
        tags=["courses"],
        summary="The members of a course you lead, by user name",
        parameters=[SEARCH],
        responses={200: serializers.MemberSerializer(many=True), **problems.responses(401, 403, 404)},
    )
    def get(self, request: Request, course_id: int) -> Response:
        text = request.query_params.get("q", "").replace("\0", "").strip()
        page = self.paginate_queryset(courses.find_members(course=self.find_course(), text=text))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="add_member",
        tags=["courses"],
        summary="Put someone on the list of a course you lead",
        description="Done again, it changes nothing.",
        request=serializers.NewMemberSerializer,
        responses={201: serializers.MemberSerializer, **problems.responses(400, 401, 403, 404, 415)},
    )
    def post(self, request: Request, course_id: int) -> Response:
        course = self.find_course()
        form = serializers.NewMemberSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            user = courses.add_member(course=course, name=form.validated_data["name"])
        except courses.CourseError as error:
            raise exceptions.ValidationError({"name": [str(error)]}) from None
        member = Membership.objects.select_related("user").get(course=course, user=user)
        return Response(self.get_serializer(member).data, status=status.HTTP_201_CREATED)


class MemberDetail(_Members):
    """One member of a course."""

    @extend_schema(
        operation_id="remove_member",
        tags=["courses"],
        summary="Take someone off the list of a course you lead",
        description="Done again, it changes nothing.",
        responses={204: None, **problems.responses(401, 403, 404)},
    )
    def delete(self, request: Request, course_id: int, user_id: int) -> Response:
        courses.remove_member(course=self.find_course(), user_id=user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

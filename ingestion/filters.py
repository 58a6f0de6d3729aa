"""How lists of the API are narrowed and put in order."""

from django.db.models import F, OrderBy
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from ingestion.models import (
    Availability,
    Course,
    CourseAccess,
    CourseQuerySet,
    IngestionRun,
    RunState,
    SubjectKind,
    Subscription,
    Video,
    VideoQuerySet,
)

COLUMNS = ("published_at", "view_count", "duration_seconds", "title")
ORDERS = [f"{sign}{column}" for column in COLUMNS for sign in ("-", "")]
NEWEST = "-published_at"


def order_videos(videos: VideoQuerySet, order: str) -> VideoQuerySet:
    """Put videos in an order that is the same each time; what is not known comes last."""
    column = F(order.removeprefix("-"))
    if order.startswith("-"):
        return videos.order_by(OrderBy(column, descending=True, nulls_last=True), "-pk")
    return videos.order_by(OrderBy(column, nulls_last=True), "pk")


def _visible_courses(request: object) -> CourseQuerySet:
    user = getattr(request, "user", None)
    return Course.objects.visible_to(user) if user is not None else Course.objects.none()


class VideoFilter(filters.FilterSet):
    """By course, availability, day and title."""

    course = filters.ModelChoiceFilter(
        field_name="courses", queryset=_visible_courses, label=_("The id of a course that you see.")
    )
    availability = filters.ChoiceFilter(
        choices=[choice for choice in Availability.choices if choice[0] != Availability.REMOVED]
    )
    published_after = filters.IsoDateTimeFilter(field_name="published_at", lookup_expr="gte")
    published_before = filters.IsoDateTimeFilter(field_name="published_at", lookup_expr="lt")
    q = filters.CharFilter(
        field_name="title", lookup_expr="icontains", max_length=200, label=_("Words of the title, as they stand.")
    )
    order = filters.ChoiceFilter(
        choices=[(order, order) for order in ORDERS],
        method="put_in_order",
        label=_("A column; with a minus from the greatest. What is not known comes last."),
    )

    class Meta:
        model = Video
        fields = ["course", "availability", "published_after", "published_before", "q", "order"]

    def put_in_order(self, videos: VideoQuerySet, name: str, value: str) -> VideoQuerySet:
        return order_videos(videos, value)


class CourseFilter(filters.FilterSet):
    """By who may come in, and title."""

    access = filters.ChoiceFilter(choices=CourseAccess.choices)
    q = filters.CharFilter(
        field_name="title", lookup_expr="icontains", max_length=200, label=_("Words of the title.")
    )

    class Meta:
        model = Course
        fields = ["access", "q"]


class RunFilter(filters.FilterSet):
    """By how a run stands."""

    state = filters.ChoiceFilter(choices=RunState.choices)

    class Meta:
        model = IngestionRun
        fields = ["state"]


class SubscriptionFilter(filters.FilterSet):
    """By course, kind, and whether it is paused."""

    course = filters.ModelChoiceFilter(queryset=_visible_courses, label=_("The id of a course that you see."))
    kind = filters.ChoiceFilter(choices=SubjectKind.choices)
    is_paused = filters.BooleanFilter()

    class Meta:
        model = Subscription
        fields = ["course", "kind", "is_paused"]

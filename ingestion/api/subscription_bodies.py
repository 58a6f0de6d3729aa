"""What the API is sent and tells of what courses follow."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import exceptions, serializers

from ingestion import courses
from ingestion.following import standing, subscriptions
from ingestion.models import SubjectKind, Subscription
from ingestion.youtube import references

MOST_SECONDS = 100_000 * 60
SHORTEST_MINUTES = subscriptions.SHORTEST_CADENCE // timedelta(minutes=1)
LONGEST_MINUTES = subscriptions.LONGEST_CADENCE // timedelta(minutes=1)

WISHED = {
    "every_minutes": 1440,
    "wants_audio": True,
    "wants_comments": False,
    "wants_shorts": False,
    "wants_live": True,
    "shortest_seconds": 300,
    "longest_seconds": None,
    "languages": ["en", "pt-BR"],
    "title_pattern": "lecture \\d+",
    "published_since": "2024-01-01",
}
FOLLOWED = {
    "id": 3,
    "course_id": 1,
    "kind": "channel",
    "reference": "@harborbooks",
    "title": "Harbor Books",
    "url": "https://www.youtube.com/@harborbooks",
    **WISHED,
    "is_paused": False,
    "health": "followed",
    "error": "",
    "listed_count": 120,
    "wanted_count": 84,
    "pulled_at": "2026-11-25T07:00:12Z",
    "next_pull_at": "2026-11-26T07:00:12Z",
    "created_at": "2026-10-01T09:00:00Z",
}
LOOK = {
    "kind": "channel",
    "reference": "@harborbooks",
    "title": "Harbor Books",
    "url": "https://www.youtube.com/@harborbooks",
    "followed_by": [],
    "obstacle": "",
    "plan": {
        "video_count": 120,
        "wanted_count": 84,
        "hours": 63.5,
        "units": 7,
        "search_count": 0,
        "units_left": 9_900,
        "resets_at": "2026-11-26T08:00:00Z",
        "day_count": 1,
        "spent": 3,
        "listed_count": 0,
    },
}


class WishesSerializer(serializers.Serializer[Any]):
    """How often something is pulled, which of its videos are wanted, and what of each."""

    every_minutes = serializers.IntegerField(
        min_value=SHORTEST_MINUTES, max_value=LONGEST_MINUTES, required=False, help_text="How often it is pulled."
    )
    wants_audio = serializers.BooleanField(required=False)
    wants_comments = serializers.BooleanField(required=False)
    wants_shorts = serializers.BooleanField(required=False)
    wants_live = serializers.BooleanField(required=False, help_text="What is or was a live broadcast.")
    shortest_seconds = serializers.IntegerField(
        min_value=0, max_value=MOST_SECONDS, required=False, allow_null=True
    )
    longest_seconds = serializers.IntegerField(
        min_value=0, max_value=MOST_SECONDS, required=False, allow_null=True
    )
    languages = serializers.ListField(
        child=serializers.CharField(max_length=16), max_length=20, required=False, help_text="Empty: all."
    )
    title_pattern = serializers.CharField(
        max_length=subscriptions.LONGEST_PATTERN,
        allow_blank=True,
        trim_whitespace=False,
        required=False,
        help_text="A regular expression of PostgreSQL; empty: every title.",
    )
    published_since = serializers.DateField(required=False, allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Pause", value={"is_paused": True}, request_only=True)])
class ChangedSubscriptionSerializer(WishesSerializer):
    is_paused = serializers.BooleanField(required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("A channel", value={"reference": "@harborbooks"}, request_only=True)]
)
class PreviewRequestSerializer(WishesSerializer):
    reference = serializers.CharField(
        max_length=references.LONGEST_TEXT, help_text="An address of YouTube, an id or an @handle."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A channel without its Shorts",
            value={"reference": "@harborbooks", "course_id": 1, "wants_shorts": False},
            request_only=True,
        ),
        OpenApiExample(
            "A playlist in a course of its own",
            value={"reference": "PLHarborBooksWarehouseCourse-00001", "course_title": "Data Warehousing"},
            request_only=True,
        ),
    ]
)
class NewSubscriptionSerializer(PreviewRequestSerializer):
    course_id = serializers.IntegerField(required=False, min_value=1, help_text="A course you lead.")
    course_title = serializers.CharField(
        max_length=255, required=False, help_text="A course you lead, or one to be made, where no id is sent."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "course_id" not in attrs and "course_title" not in attrs:
            raise serializers.ValidationError({"course_id": ["Name a course by its id or its title."]})
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("As it comes", value=FOLLOWED, response_only=True)])
class SubscriptionSerializer(serializers.Serializer[Any]):
    """Something that a course follows, and where it stands."""

    id = serializers.IntegerField(source="subscription.pk")
    course_id = serializers.IntegerField(source="subscription.course_id")
    kind = serializers.ChoiceField(source="subscription.kind", choices=SubjectKind.choices)
    reference = serializers.CharField(source="subscription.reference")
    title = serializers.CharField(source="subscription.title", help_text="Empty before its first pull.")
    url = serializers.CharField()
    every_minutes = serializers.SerializerMethodField()
    wants_audio = serializers.BooleanField(source="subscription.wants_audio")
    wants_comments = serializers.BooleanField(source="subscription.wants_comments")
    wants_shorts = serializers.BooleanField(source="subscription.wants_shorts")
    wants_live = serializers.BooleanField(source="subscription.wants_live")
    shortest_seconds = serializers.IntegerField(source="subscription.shortest_seconds", allow_null=True)
    longest_seconds = serializers.IntegerField(source="subscription.longest_seconds", allow_null=True)
    languages = serializers.ListField(source="subscription.languages", child=serializers.CharField())
    title_pattern = serializers.CharField(source="subscription.title_pattern")
    published_since = serializers.DateField(source="subscription.published_since", allow_null=True)
    is_paused = serializers.BooleanField(source="subscription.is_paused")
    health = serializers.ChoiceField(choices=standing.Health.choices)
    error = serializers.CharField(
        source="subscription.error", help_text="Why its last pull failed, or what it waits for."
    )
    listed_count = serializers.IntegerField(help_text="Videos that it lists.")
    wanted_count = serializers.IntegerField(help_text="Those of them that the filters let in.")
    pulled_at = serializers.DateTimeField(allow_null=True, help_text="When its last pull ended.")
    next_pull_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is paused.")
    created_at = serializers.DateTimeField(source="subscription.created_at")

    def get_every_minutes(self, followed: standing.Followed) -> int:
        return followed.subscription.every // timedelta(minutes=1)


class PlanSerializer(serializers.Serializer[Any]):
    """What following would bring and cost the first time."""

    video_count = serializers.IntegerField()
    wanted_count = serializers.IntegerField(help_text="About so many pass the filters, as the newest fifty do.")
    hours = serializers.FloatField(help_text="Of those that pass.")
    units = serializers.IntegerField()
    search_count = serializers.IntegerField()
    units_left = serializers.IntegerField(help_text="Until `resets_at`.")
    resets_at = serializers.DateTimeField()
    day_count = serializers.IntegerField(help_text="Days over which the units make it spread.")
    spent = serializers.IntegerField(help_text="What this look cost.")
    listed_count = serializers.IntegerField(
        help_text="Videos listed already, where a course of yours follows it: the next pull is what costs."
    )


@extend_schema_serializer(examples=[OpenApiExample("As it comes", value=LOOK, response_only=True)])
class LookSerializer(serializers.Serializer[Any]):
    """What a reference names, and what it would cost to follow that."""

    kind = serializers.ChoiceField(source="reference.kind", choices=SubjectKind.choices)
    reference = serializers.CharField(source="reference.value")
    title = serializers.CharField()
    url = serializers.CharField(source="reference.url")
    followed_by = serializers.ListField(
        child=serializers.CharField(), help_text="Titles of the courses you lead that follow it already."
    )
    obstacle = serializers.CharField(help_text="Why there is no plan; empty where there is one.")
    plan = PlanSerializer(allow_null=True)


def make_wishes(data: Mapping[str, Any], *, before: subscriptions.Wishes | None = None) -> subscriptions.Wishes:
    """Return wishes as they were sent; what was not sent stays as before, or as is usual."""
    names = {each.name for each in fields(subscriptions.Wishes)}
    sent = {name: value for name, value in data.items() if name in names}
    if "languages" in sent:
        sent["languages"] = tuple(sent["languages"])
    if "every_minutes" in data:
        sent["every"] = timedelta(minutes=data["every_minutes"])
    return replace(before or subscriptions.Wishes(), **sent)


@transaction.atomic
def change(subscription: Subscription, data: Mapping[str, Any]) -> Subscription:
    """Change what was sent of a subscription. Raises subscriptions.SubscriptionError."""
    row = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    before = subscriptions.read_wishes(row)
    wishes = make_wishes(data, before=before)
    if wishes != before:
        subscriptions.change(subscription_id=row.pk, wishes=wishes)
    if "is_paused" in data:
        (subscriptions.pause if data["is_paused"] else subscriptions.resume)(subscription_id=row.pk)
    return row


@contextmanager
def told_by_field() -> Iterator[None]:
    """Turn what cannot be followed into an answer that says in which field it lies."""
    try:
        yield
    except references.InvalidReferenceError as error:
        raise exceptions.ValidationError({"reference": [str(error)]}) from None
    except courses.CourseError as error:
        raise exceptions.ValidationError({"course_title": [str(error)]}) from None
    except subscriptions.SubscriptionError as error:
        raise exceptions.ValidationError({"non_field_errors": [str(error)]}) from None

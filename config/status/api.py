"""The status over the API, for operators and their monitoring."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import status
from config.status.machines import Health
from ingestion import permissions, problems


class ConcernSerializer(serializers.Serializer[Any]):
    """Something that needs a person."""

    title = serializers.CharField()
    count = serializers.IntegerField(min_value=1)


class StageSerializer(serializers.Serializer[Any]):
    """A stage and its backlog."""

    name = serializers.CharField()
    waiting_count = serializers.IntegerField(min_value=0)
    running_count = serializers.IntegerField(min_value=0)
    failed_count = serializers.IntegerField(min_value=0)
    done_count = serializers.IntegerField(min_value=0)
    row_count = serializers.IntegerField(min_value=0)


class QuestionsSerializer(serializers.Serializer[Any]):
    """Questions on their way to an answer."""

    waiting_count = serializers.IntegerField(min_value=0)
    running_count = serializers.IntegerField(min_value=0)
    oldest_asked_at = serializers.DateTimeField(allow_null=True)


class QueueSerializer(serializers.Serializer[Any]):
    """A queue and how it is served."""

    name = serializers.CharField()
    waiting_count = serializers.IntegerField(min_value=0)
    worker_count = serializers.IntegerField(min_value=0)
    served_at = serializers.DateTimeField(allow_null=True)
    health = serializers.ChoiceField(choices=[health.value for health in Health])


class FreshnessSerializer(serializers.Serializer[Any]):
    """When the newest of a kind came."""

    what = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    is_stale = serializers.BooleanField()
    is_stuck = serializers.BooleanField()


class DriftSerializer(serializers.Serializer[Any]):
    """A field of payloads that came or went."""

    contract = serializers.CharField()
    path = serializers.CharField()
    is_vanished = serializers.BooleanField()
    example = serializers.CharField(allow_blank=True)
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class QuotaSerializer(serializers.Serializer[Any]):
    """Units of a bucket on this Pacific day."""

    bucket = serializers.CharField()
    limit = serializers.IntegerField(min_value=0, help_text="What Lectern may spend.")
    spent_count = serializers.IntegerField(min_value=0)
    left_count = serializers.IntegerField(min_value=0)
    resets_at = serializers.DateTimeField()
    is_spent = serializers.BooleanField()


class SubscriptionsSerializer(serializers.Serializer[Any]):
    """How many subscriptions stand where."""

    all_count = serializers.IntegerField(min_value=0)
    due_count = serializers.IntegerField(min_value=0)
    failing_count = serializers.IntegerField(min_value=0)
    parked_count = serializers.IntegerField(min_value=0, help_text="Those that wait for units.")
    paused_count = serializers.IntegerField(min_value=0)


class FetchesSerializer(serializers.Serializer[Any]):
    """Audio that is still to be had, by state and reason."""

    state = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(min_value=1)
    next_attempt_at = serializers.DateTimeField(allow_null=True)


class PlannedSerializer(serializers.Serializer[Any]):
    """A task of the schedule."""

    name = serializers.CharField()
    every = serializers.CharField()
    is_enabled = serializers.BooleanField()
    next_run_at = serializers.DateTimeField(allow_null=True)


class DiskSerializer(serializers.Serializer[Any]):
    """Room on the file system of a folder."""

    name = serializers.CharField()
    free_bytes = serializers.IntegerField(min_value=0)
    used_bytes = serializers.IntegerField(min_value=0)
    is_short = serializers.BooleanField()


class VersionSerializer(serializers.Serializer[Any]):
    """What runs here."""

    name = serializers.CharField()
    version = serializers.CharField()


class StatusSerializer(serializers.Serializer[Any]):
    """The installation at one moment."""

    at = serializers.DateTimeField()
    is_well = serializers.BooleanField(help_text="Whether nothing needs a person.")
    is_beat_alive = serializers.BooleanField(source="beat.is_alive")
    concerns = ConcernSerializer(many=True)
    stages = StageSerializer(many=True)
    questions = QuestionsSerializer()
    queues = QueueSerializer(many=True)
    freshness = FreshnessSerializer(many=True)
    drifts = DriftSerializer(many=True)
    quotas = QuotaSerializer(many=True)
    subscriptions = SubscriptionsSerializer()
    fetches = FetchesSerializer(many=True)
    open_event_count = serializers.IntegerField(min_value=0, help_text="Objects told of and not handled.")
    planned = PlannedSerializer(many=True)
    disks = DiskSerializer(many=True)
    versions = VersionSerializer(many=True)


EXAMPLE = OpenApiExample(
    "A queue without a worker",
    {
        "at": "2026-11-25T07:00:00Z",
        "is_well": False,
        "is_beat_alive": True,
        "concerns": [{"title": "queues that no worker serves", "count": 1}],
        "stages": [
            {
                "name": "transcribe",
                "waiting_count": 12,
                "running_count": 0,
                "failed_count": 0,
                "done_count": 80,
                "row_count": 9120,
            }
        ],
        "questions": {"waiting_count": 0, "running_count": 0, "oldest_asked_at": None},
        "queues": [
            {
                "name": "gpu.transcribe",
                "waiting_count": 12,
                "worker_count": 0,
                "served_at": "2026-11-25T06:12:30Z",
                "health": "bad",
            }
        ],
        "freshness": [
            {"what": "newest transcript", "at": "2026-11-25T06:12:00Z", "is_stale": False, "is_stuck": False}
        ],
        "drifts": [
            {
                "contract": "youtube_api.video",
                "path": "statistics.hypeCount",
                "is_vanished": False,
                "example": '"12"',
                "first_seen_at": "2026-11-24T05:00:00Z",
                "last_seen_at": "2026-11-25T05:00:00Z",
            }
        ],
        "quotas": [
            {
                "bucket": "general",
                "limit": 10000,
                "spent_count": 731,
                "left_count": 9269,
                "resets_at": "2026-11-25T08:00:00Z",
                "is_spent": False,
            }
        ],
        "subscriptions": {
            "all_count": 12,
            "due_count": 1,
            "failing_count": 0,
            "parked_count": 0,
            "paused_count": 2,
        },
        "fetches": [
            {
                "state": "pending",
                "reason": "bot_check",
                "count": 4,
                "next_attempt_at": "2026-11-25T08:10:00Z",
            }
        ],
        "open_event_count": 0,
        "planned": [
            {
                "name": "transcribe",
                "every": "every 10 seconds",
                "is_enabled": True,
                "next_run_at": "2026-11-25T07:00:10Z",
            }
        ],
        "disks": [{"name": "the lake", "free_bytes": 81604378624, "used_bytes": 18253611008, "is_short": False}],
        "versions": [{"name": "PostgreSQL", "version": "18.4"}],
    },
    response_only=True,
)


class StatusDetail(APIView):
    """Tell how the installation does."""

    permission_classes = [permissions.IsOperator]

    @extend_schema(
        operation_id="read_status",
        summary="Read how the installation does",
        description="For operators: what needs a person, backlogs, queues, freshness, schedule, disks, versions.",
        tags=["status"],
        responses={200: StatusSerializer, **problems.responses(401, 403)},
        examples=[EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        return Response(StatusSerializer(status.read(at=timezone.now())).data)

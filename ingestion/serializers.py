"""What the API tells of courses, videos and runs."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from ingestion import roots, standing
from ingestion.models import Chapter, Course, FolderRequest, IngestionRun, Membership, Video

LECTURE = {
    "id": "dwFact-007x",
    "title": "Facts and Their Measures",
    "availability": "public",
    "is_on_youtube": False,
    "duration_seconds": 208.0,
    "view_count": 3804,
    "published_at": "2026-10-19T15:00:14Z",
    "observed_at": "2026-11-15T00:00:00Z",
    "url": "/videos/dwFact-007x/?t=0",
}
COURSE = {
    "id": 1,
    "title": "Data Warehousing with Harbor Books",
    "language": "en",
    "access": "code",
    "playlist_ids": ["PLHarborBooksWarehouseCourse-00001"],
    "lecture_count": 8,
    "is_led": True,
    "join_code": "K7PXW2MHQA",
}


def _example(value: Any) -> OpenApiExample:
    return OpenApiExample("As it comes", value=value, response_only=True)


@extend_schema_serializer(examples=[_example(COURSE)])
class CourseSerializer(serializers.ModelSerializer[Course]):
    lecture_count = serializers.IntegerField(read_only=True)
    is_led = serializers.BooleanField(read_only=True, help_text="Whether you decide who takes part.")
    join_code = serializers.SerializerMethodField(help_text="For who leads a course joined by code, else empty.")

    class Meta:
        model = Course
        fields = ["id", "title", "language", "access", "playlist_ids", "lecture_count", "is_led", "join_code"]
        read_only_fields = fields

    def get_join_code(self, course: Course) -> str:
        return course.join_code if getattr(course, "is_led", False) else ""


@extend_schema_serializer(
    examples=[
        _example({"user_id": 3, "username": "sam", "email": "s@example.org", "joined_at": "2026-11-25T09:00:00Z"})
    ]
)
class MemberSerializer(serializers.ModelSerializer[Membership]):
    username = serializers.CharField(source="user.username", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)

    class Meta:
        model = Membership
        fields = ["user_id", "username", "email", "joined_at"]
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A student", value={"name": "ana"}, request_only=True)])
class NewMemberSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=254, help_text="A user name or an e-mail address.")


@extend_schema_serializer(examples=[OpenApiExample("A code", value={"code": "bread-2026"}, request_only=True)])
class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=64, help_text="As the teacher gave it; case does not count.")


@extend_schema_serializer(examples=[_example(LECTURE)])
class VideoSerializer(serializers.ModelSerializer[Video]):
    id = serializers.CharField(source="video_id", read_only=True)
    url = serializers.SerializerMethodField(help_text="Where it plays.")

    class Meta:
        model = Video
        fields = list(LECTURE)
        read_only_fields = fields

    def get_url(self, video: Video) -> str:
        return video.url_at(0)


class ChapterSerializer(serializers.ModelSerializer[Chapter]):
    class Meta:
        model = Chapter
        fields = ["position", "title", "start_seconds"]


@extend_schema_serializer(
    examples=[
        _example(
            LECTURE
            | {
                "chapters": [{"position": 0, "title": "Three kinds of measure", "start_seconds": 0.0}],
                "course_ids": [1],
            }
        )
    ]
)
class VideoDetailSerializer(VideoSerializer):
    chapters = serializers.SerializerMethodField()
    course_ids = serializers.SerializerMethodField(help_text="Those of its courses that you see.")

    class Meta(VideoSerializer.Meta):
        fields = [*VideoSerializer.Meta.fields, "chapters", "course_ids"]
        read_only_fields = fields

    @extend_schema_field(ChapterSerializer(many=True))
    def get_chapters(self, video: Video) -> Any:
        return ChapterSerializer(video.chapters.order_by("position"), many=True).data

    def get_course_ids(self, video: Video) -> list[int]:
        visible = Course.objects.visible_to(self.context["request"].user)
        return list(visible.filter(videos=video).order_by("pk").values_list("pk", flat=True))


class RunSerializer(serializers.ModelSerializer[IngestionRun]):
    """One pull of one source."""

    duration_seconds = serializers.SerializerMethodField(help_text="Empty while it runs.")

    class Meta:
        model = IngestionRun
        fields = [
            "id",
            "source",
            "location",
            "course_title",
            "state",
            "error",
            "page_count",
            "total_page_count",
            "record_count",
            "observation_count",
            "media_count",
            "rejected_count",
            "withheld_count",
            "started_at",
            "finished_at",
            "duration_seconds",
        ]
        read_only_fields = fields

    def get_duration_seconds(self, run: IngestionRun) -> float | None:
        return run.duration.total_seconds() if run.duration is not None else None


class RefusalSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="The file.")
    reason = serializers.CharField()


class StandingSerializer(serializers.Serializer[standing.Standing]):
    """Files read of those there are, and what they added."""

    file_count = serializers.IntegerField()
    read_count = serializers.IntegerField()
    record_count = serializers.IntegerField(help_text="Payloads not seen before.")
    observation_count = serializers.IntegerField(help_text="Sightings not seen before.")
    media_count = serializers.IntegerField()
    rejected_count = serializers.IntegerField()
    withheld_count = serializers.IntegerField(help_text="Payloads of videos that were removed here.")
    refusals = RefusalSerializer(many=True)


class FolderRequestSerializer(serializers.ModelSerializer[FolderRequest]):
    """A folder that is being added, and how far it has come."""

    course_id = serializers.IntegerField(read_only=True, allow_null=True)
    progress = serializers.SerializerMethodField()

    class Meta:
        model = FolderRequest
        fields = ["id", "folder", "course_id", "state", "error", "created_at", "finished_at", "progress"]
        read_only_fields = fields

    @extend_schema_field(StandingSerializer)
    def get_progress(self, request: FolderRequest) -> Any:
        return StandingSerializer(standing.describe_request(request)).data


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "The sample course",
            value={"folder": "videos", "course_title": "Data Warehousing with Harbor Books"},
            request_only=True,
        )
    ]
)
class NewFolderRequestSerializer(serializers.Serializer[Any]):
    folder = serializers.CharField(
        max_length=roots.LONGEST_PATH, help_text="Absolute, or below one of the folders lectures are added from."
    )
    course_title = serializers.CharField(max_length=255, help_text="A course you lead, or one to be made.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An upload",
            value={
                "Records": [
                    {
                        "eventName": "ObjectCreated:Put",
                        "s3": {
                            "bucket": {"name": "lectures"},
                            "object": {
                                "key": "lectern/inbox/lecture-01/talk.opus",
                                "eTag": "5d41402abc4b2a76b9719d911017c592",
                                "sequencer": "0065F1A2B3C4D5E6F7",
                            },
                        },
                    }
                ]
            },
            request_only=True,
        )
    ]
)
class ObjectEventsSerializer(serializers.Serializer[Any]):
    """What S3 tells of objects; fields that are not named here are passed over."""

    Records = serializers.ListField(
        child=serializers.DictField(), help_text="One for each event, as S3 writes them."
    )


@extend_schema_serializer(examples=[_example({"noted_count": 1})])
class NotedEventsSerializer(serializers.Serializer[Any]):
    noted_count = serializers.IntegerField(help_text="Of the events, those for objects of the lake.")

"""What the API tells of transcripts."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from transcripts import chaptering, corrections
from transcripts.models import Correction, Segment, Transcription


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One that was found",
            response_only=True,
            value={"start_seconds": 76.4, "title": "Some measures are only half additive.", "origin": "found"},
        )
    ]
)
class LectureChapterSerializer(serializers.Serializer[list[chaptering.Chapter]]):
    """A chapter as the page of the lecture shows it."""

    start_seconds = serializers.FloatField()
    title = serializers.CharField(source="text", help_text="Of one that was found, its first words.")
    origin = serializers.ChoiceField(
        choices=chaptering.Origin.choices,
        help_text="Published with the video, or found where the words turn to another topic.",
    )


class WordSerializer(serializers.Serializer[dict[str, Any]]):
    start_seconds = serializers.FloatField()
    end_seconds = serializers.FloatField()
    text = serializers.CharField()
    probability = serializers.FloatField(allow_null=True)


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    """A stretch of speech; `words` and what the gates said only where they are asked for."""

    version = serializers.IntegerField(read_only=True, help_text="The version that stands; 0 is what was heard.")
    words = WordSerializer(many=True, required=False)
    gate_reason = serializers.CharField(required=False, help_text="Why the text is not trusted; empty if it is.")
    repair = serializers.CharField(required=False, help_text="What was mended of the times.")

    caption_agreement = serializers.FloatField(
        required=False, allow_null=True, help_text="Share of words that published captions have alike, if known."
    )

    class Meta:
        model = Segment
        fields = [
            "id",
            "version",
            "start_seconds",
            "end_seconds",
            "text",
            "words",
            "gate_reason",
            "repair",
            "caption_agreement",
        ]

    def __init__(self, *args: Any, has_words: bool = True, has_gates: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unwanted = [] if has_words else ["words"]
        unwanted += [] if has_gates else ["gate_reason", "repair", "caption_agreement"]
        for name in unwanted:
            self.fields.pop(name)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A transcript",
            response_only=True,
            value={
                "video_id": "dwFact-007x",
                "language": "en",
                "engine": "faster_whisper",
                "model": "tiny.en",
                "duration_seconds": 181.5,
                "segments": [
                    {
                        "id": 311,
                        "version": 0,
                        "start_seconds": 0.0,
                        "end_seconds": 4.2,
                        "text": "A measure is additive or it is not.",
                    }
                ],
            },
        )
    ]
)
class TranscriptSerializer(serializers.Serializer[Transcription]):
    """The preferred transcript of a video."""

    video_id = serializers.CharField()
    language = serializers.CharField()
    engine = serializers.CharField()
    model = serializers.CharField()
    duration_seconds = serializers.FloatField(allow_null=True)
    segments = SegmentSerializer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One being heard",
            response_only=True,
            value={
                "id": 12,
                "video_id": "dwFact-007x",
                "title": "Additive facts and fan-out",
                "media_kind": "audio",
                "engine": "faster_whisper",
                "model": "tiny.en",
                "language": "en",
                "state": "running",
                "reason": "",
                "is_preferred": False,
                "duration_seconds": 181.5,
                "heard_until_seconds": 60.4,
                "percent_heard": 33,
                "attempt_count": 1,
                "created_at": "2026-03-02T09:00:00Z",
                "finished_at": None,
            },
        )
    ]
)
class TranscriptionSerializer(serializers.ModelSerializer[Transcription]):
    """One way of hearing one recording, and where it stands."""

    video_id = serializers.CharField(source="video.video_id", read_only=True)
    title = serializers.CharField(source="video.title", read_only=True)
    percent_heard = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Null until the length of the recording is known."
    )

    class Meta:
        model = Transcription
        fields = [
            "id",
            "video_id",
            "title",
            "media_kind",
            "engine",
            "model",
            "language",
            "state",
            "reason",
            "is_preferred",
            "duration_seconds",
            "heard_until_seconds",
            "percent_heard",
            "attempt_count",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class SegmentVersionSerializer(serializers.Serializer[list[corrections.Version]]):
    """What a segment said once, and who wrote it."""

    version = serializers.IntegerField(help_text="0: as it was heard.")
    text = serializers.CharField()
    user = serializers.CharField(help_text="Empty where nobody wrote it, or where that is not known any more.")
    created_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A segment corrected once",
            response_only=True,
            value={
                "id": 311,
                "video_id": "dwFact-007x",
                "version": 1,
                "start_seconds": 0.0,
                "end_seconds": 4.2,
                "text": "A measure is additive or it is not.",
                "versions": [
                    {
                        "version": 1,
                        "text": "A measure is additive or it is not.",
                        "user": "tina",
                        "created_at": "2026-03-02T09:00:00Z",
                    },
                    {"version": 0, "text": "A measure is at a tiff or it is not.", "user": "", "created_at": None},
                ],
            },
        )
    ]
)
class SegmentDetailSerializer(serializers.ModelSerializer[Segment]):
    """A segment with all that it has said, the newest first."""

    video_id = serializers.CharField(source="transcription.video.video_id", read_only=True)
    version = serializers.IntegerField(read_only=True)
    versions = serializers.SerializerMethodField()

    class Meta:
        model = Segment
        fields = ["id", "video_id", "version", "start_seconds", "end_seconds", "text", "versions"]
        read_only_fields = fields

    @extend_schema_field(SegmentVersionSerializer(many=True))
    def get_versions(self, segment: Segment) -> Any:
        return SegmentVersionSerializer(corrections.find_versions(segment), many=True).data


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A sentence set right",
            request_only=True,
            value={"text": "A measure is additive or it is not.", "version": 0},
        )
    ]
)
class CorrectSegmentSerializer(serializers.Serializer[Segment]):
    """What a segment shall say."""

    text = serializers.CharField(
        max_length=corrections.LONGEST_TEXT, allow_blank=True, help_text="Empty where nothing is said."
    )
    version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The one that was looked at: 409 where there is a newer one."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One that fits nothing any more",
            response_only=True,
            value={
                "id": 7,
                "start_seconds": 61.5,
                "end_seconds": 64.0,
                "heard_text": "The grain of a tabel.",
                "text": "The grain of a table.",
                "created_at": "2026-03-02T09:00:00Z",
            },
        )
    ]
)
class UnplacedSerializer(serializers.ModelSerializer[Correction]):
    """A correction that fits no segment of the transcript as it is now."""

    class Meta:
        model = Correction
        fields = ["id", "start_seconds", "end_seconds", "heard_text", "text", "created_at"]
        read_only_fields = fields

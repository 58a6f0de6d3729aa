"""What the API tells of transcripts."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from transcripts.models import Segment, Transcription


class WordSerializer(serializers.Serializer[dict[str, Any]]):
    start_seconds = serializers.FloatField()
    end_seconds = serializers.FloatField()
    text = serializers.CharField()
    probability = serializers.FloatField(allow_null=True)


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    """A stretch of speech; `words` and what the gates said only where they are asked for."""

    words = WordSerializer(many=True, required=False)
    gate_reason = serializers.CharField(required=False, help_text="Why the text is not trusted; empty if it is.")
    repair = serializers.CharField(required=False, help_text="What was mended of the times.")

    caption_agreement = serializers.FloatField(
        required=False, allow_null=True, help_text="Share of words that published captions have alike, if known."
    )

    class Meta:
        model = Segment
        fields = ["start_seconds", "end_seconds", "text", "words", "gate_reason", "repair", "caption_agreement"]

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
                    {"start_seconds": 0.0, "end_seconds": 4.2, "text": "A measure is additive or it is not."}
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

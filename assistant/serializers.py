"""What the API takes and tells of search, questions, answers and conversations."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from assistant import messages, questions
from assistant.models import Answer, Citation, Conversation, Feedback, FeedbackReason, Question
from assistant.services import conversations, queue, search

MOST_HITS = 50
MOST_WAIT_SECONDS = 60
LARGEST_ID = 2**63 - 1
LATEST_SECONDS = 1e7

HIT = {
    "video_id": "dwFact-007x",
    "title": "Additive Facts, Snapshots and the Fan-Out Trap",
    "start_seconds": 12.4,
    "end_seconds": 18.9,
    "text": "A semi additive measure can be summed over some dimensions, but not over time.",
    "score": 0.71,
    "url": "/videos/dwFact-007x/?t=12",
}
CITATION = {
    "number": 1,
    "sentence": "A semi additive measure cannot be summed over time.",
    "quote": HIT["text"],
    "is_withdrawn": False,
    "video_id": HIT["video_id"],
    "title": HIT["title"],
    "start_seconds": 12.4,
    "end_seconds": 18.9,
    "clock": "00:12",
    "url": HIT["url"],
    "page_url": HIT["url"],
}
ANSWER = {
    "id": 7,
    "state": "answered",
    "text": CITATION["sentence"],
    "reason": "",
    "is_quote": False,
    "latency_seconds": 3.2,
    "answered_at": "2026-11-25T10:00:04Z",
    "citations": [CITATION],
}
QUESTION = {
    "id": 7,
    "conversation": 3,
    "text": "May the stock be summed over time?",
    "state": "ended",
    "place": None,
    "asked_at": "2026-11-25T10:00:00Z",
    "url": "/api/v1/questions/7/",
    "events_url": "/api/v1/questions/7/events/",
    "answer": ANSWER,
}


def _example(value: Any) -> OpenApiExample:
    return OpenApiExample("As it comes", value=value, response_only=True)


def _sent(value: Any) -> OpenApiExample:
    return OpenApiExample("As it is sent", value=value, request_only=True)


class SearchParameters(serializers.Serializer[Any]):
    """What to look for, and where."""

    q = serializers.CharField(max_length=questions.MOST_CHARACTERS, help_text="What to look for.")
    course = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Else all of your courses."
    )
    k = serializers.IntegerField(default=10, min_value=1, max_value=MOST_HITS, help_text="How many places.")


@extend_schema_serializer(examples=[_example(HIT)])
class HitSerializer(serializers.Serializer[search.Hit]):
    """A sentence found, and the address that opens it at its second."""

    video_id = serializers.CharField()
    title = serializers.CharField()
    start_seconds = serializers.FloatField()
    end_seconds = serializers.FloatField()
    text = serializers.CharField()
    score = serializers.FloatField(help_text="At most 1; it means the same everywhere.")
    url = serializers.CharField()


class PlaceSerializer(serializers.Serializer[queue.Place]):
    """Where a question stands in the queue."""

    place = serializers.IntegerField()
    waiting = serializers.IntegerField()


class CitationSerializer(serializers.Serializer[Citation]):
    """A sentence of an answer and the lecture's sentence behind it; withdrawn ones have lost their words."""

    number = serializers.IntegerField()
    sentence = serializers.CharField()
    quote = serializers.CharField()
    is_withdrawn = serializers.BooleanField()
    video_id = serializers.CharField()
    title = serializers.CharField()
    start_seconds = serializers.FloatField()
    end_seconds = serializers.FloatField()
    clock = serializers.CharField()
    url = serializers.CharField()
    page_url = serializers.CharField()

    def to_representation(self, instance: Citation) -> dict[str, Any]:
        return messages.describe_source(messages.make_source(instance)) | {
            "number": instance.position + 1,
            "sentence": instance.shown_sentence,
            "is_withdrawn": instance.is_hidden,
        }


@extend_schema_serializer(examples=[_example(ANSWER)])
class AnswerSerializer(serializers.ModelSerializer[Answer]):
    """How a question ended."""

    text = serializers.CharField(source="shown_text", read_only=True)
    reason = serializers.SerializerMethodField(help_text="Why it was refused or failed.")
    citations = serializers.SerializerMethodField()

    class Meta:
        model = Answer
        fields = [
            "id",
            "state",
            "text",
            "reason",
            "is_quote",
            "latency_seconds",
            "answered_at",
            "citations",
        ]
        read_only_fields = fields

    def get_reason(self, answer: Answer) -> str:
        return messages.explain(answer)

    @extend_schema_field(CitationSerializer(many=True))
    def get_citations(self, answer: Answer) -> Any:
        citations = sorted(answer.citations.all(), key=lambda citation: citation.position)
        return [CitationSerializer(citation).data for citation in citations]


@extend_schema_serializer(examples=[_sent({"question": "How long must the dough rest?", "course": 1})])
class AskSerializer(serializers.Serializer[Any]):
    """A question: in a conversation, or else in a new one about a course or about all of yours."""

    question = serializers.CharField(max_length=questions.MOST_CHARACTERS)
    conversation = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    course = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Of a new conversation."
    )
    video_id = serializers.CharField(required=False, max_length=64, help_text="To ask about a lecture.")
    moment_seconds = serializers.FloatField(
        required=False, min_value=0, max_value=LATEST_SECONDS, help_text="Of the lecture."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "moment_seconds" in attrs and "video_id" not in attrs:
            raise serializers.ValidationError({"video_id": ["A moment is one of a lecture: name it as well."]})
        return attrs


class AskAndWaitSerializer(AskSerializer):
    """A question, and how long to wait for its answer."""

    wait_seconds = serializers.IntegerField(
        default=MOST_WAIT_SECONDS, min_value=0, max_value=MOST_WAIT_SECONDS, help_text="For the answer."
    )


@extend_schema_serializer(examples=[_example(QUESTION)])
class QuestionSerializer(serializers.ModelSerializer[Question]):
    """A question, where it stands, and its answer once it has ended."""

    conversation = serializers.IntegerField(source="conversation_id", read_only=True)
    place = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    events_url = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    class Meta:
        model = Question
        fields = ["id", "conversation", "text", "state", "place", "asked_at", "url", "events_url", "answer"]
        read_only_fields = fields

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_place(self, question: Question) -> Any:
        place = None if question.is_ended else queue.find_place(question_id=question.pk)
        return PlaceSerializer(place).data if place else None

    def get_url(self, question: Question) -> str:
        return reverse("api_question", args=[question.pk])

    def get_events_url(self, question: Question) -> str:
        return reverse("api_question_events", args=[question.pk])

    @extend_schema_field(AnswerSerializer(allow_null=True))
    def get_answer(self, question: Question) -> Any:
        answers = sorted(question.answers.all(), key=lambda answer: answer.attempt)
        return AnswerSerializer(answers[-1]).data if question.is_ended and answers else None


@extend_schema_serializer(examples=[_sent({"title": "About bread"})])
class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """A conversation; its title can be changed."""

    title = serializers.CharField(max_length=conversations.MOST_TITLE_CHARACTERS)
    course = serializers.IntegerField(source="course_id", read_only=True, allow_null=True)

    class Meta:
        model = Conversation
        fields = ["id", "title", "course", "created_at", "updated_at"]
        read_only_fields = ["id", "course", "created_at", "updated_at"]


class FullConversationSerializer(ConversationSerializer):
    """A conversation with its questions, the first one first."""

    questions = serializers.SerializerMethodField()

    class Meta(ConversationSerializer.Meta):
        fields = [*ConversationSerializer.Meta.fields, "questions"]

    @extend_schema_field(QuestionSerializer(many=True))
    def get_questions(self, conversation: Conversation) -> Any:
        return QuestionSerializer(conversation.questions.all(), many=True).data


@extend_schema_serializer(examples=[_sent({"is_helpful": False, "comment": "It cites another lecture."})])
class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    """What a person thinks of an answer; said again, it takes the place of what was said before."""

    reason = serializers.ChoiceField(choices=FeedbackReason.choices, required=False, allow_blank=True)
    comment = serializers.CharField(
        max_length=conversations.MOST_COMMENT_CHARACTERS, required=False, allow_blank=True
    )

    class Meta:
        model = Feedback
        fields = ["is_helpful", "reason", "comment"]

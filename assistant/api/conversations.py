"""A person's conversations, and what they think of the answers."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistant.api import faults
from assistant.api import questions as api_questions
from assistant.models import Answer, Conversation
from assistant.serializers import ConversationSerializer, FeedbackSerializer, FullConversationSerializer
from assistant.services import conversations
from ingestion import problems


@extend_schema_view(
    get=extend_schema(
        operation_id="list_conversations",
        tags=["ask"],
        summary="Your conversations, the newest first",
        responses={200: ConversationSerializer(many=True), **problems.responses(401, 404)},
    )
)
class ConversationListView(generics.ListAPIView[Conversation]):
    serializer_class = ConversationSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Conversation]:
        return Conversation.objects.filter(user=api_questions.get_person(self.request)).order_by(
            "-updated_at", "-pk"
        )


class ConversationView(APIView):
    @extend_schema(
        operation_id="get_conversation",
        tags=["ask"],
        summary="A conversation with its questions and answers",
        responses={200: FullConversationSerializer, **problems.responses(401, 404)},
    )
    def get(self, request: Request, conversation_id: int) -> Response:
        questions = Prefetch("questions", api_questions.find_questions(request).order_by("pk"))
        conversation = generics.get_object_or_404(_own(request).prefetch_related(questions), pk=conversation_id)
        return Response(FullConversationSerializer(conversation).data)

    @extend_schema(
        operation_id="rename_conversation",
        tags=["ask"],
        summary="Give a conversation another title",
        request=ConversationSerializer,
        responses={200: ConversationSerializer, **problems.responses(400, 401, 404)},
    )
    def patch(self, request: Request, conversation_id: int) -> Response:
        conversation = generics.get_object_or_404(_own(request), pk=conversation_id)
        values = ConversationSerializer(conversation, data=request.data, partial=True)
        values.is_valid(raise_exception=True)
        if "title" in values.validated_data:
            with faults.as_problems():
                conversations.rename(conversation=conversation, title=values.validated_data["title"])
        return Response(ConversationSerializer(conversation).data)

    @extend_schema(
        operation_id="delete_conversation",
        tags=["ask"],
        summary="Delete a conversation for good",
        responses={204: None, **problems.responses(401, 404)},
    )
    def delete(self, request: Request, conversation_id: int) -> Response:
        conversations.delete(conversation=generics.get_object_or_404(_own(request), pk=conversation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FeedbackView(APIView):
    @extend_schema(
        operation_id="judge_answer",
        tags=["ask"],
        summary="Say what you think of an answer",
        request=FeedbackSerializer,
        responses={200: FeedbackSerializer, **problems.responses(400, 401, 404)},
    )
    def post(self, request: Request, answer_id: int) -> Response:
        own = Answer.objects.filter(question__conversation__user=api_questions.get_person(request))
        answer = generics.get_object_or_404(own, pk=answer_id)
        values = FeedbackSerializer(data=request.data)
        values.is_valid(raise_exception=True)
        feedback = conversations.judge(
            answer=answer, user=api_questions.get_person(request), **values.validated_data
        )
        return Response(FeedbackSerializer(feedback).data)


def _own(request: Request) -> QuerySet[Conversation]:
    return Conversation.objects.filter(user=api_questions.get_person(request))

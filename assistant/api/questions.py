"""Ask, follow, stop: a question goes to the end of the queue, its answer is read later, waited for or streamed."""

import threading
import time
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, status, throttling
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistant import events
from assistant.api import faults
from assistant.models import Answer, Citation, Conversation, Question
from assistant.serializers import AskAndWaitSerializer, AskSerializer, QuestionSerializer
from assistant.services import asking, queue
from ingestion import problems
from ingestion.models import Course, Video

POLL_SECONDS = 0.5
# Requests that wait in one web process; each keeps a thread of the few there are, so that more are sent to `url`.
WAITERS = threading.BoundedSemaphore(3)


def get_person(request: Request) -> User:
    """Return who asks; nobody comes here unknown."""
    return cast(User, request.user)


def find_questions(request: Request) -> QuerySet[Question]:
    """Return the person's own questions with all their answers need."""
    citations = Prefetch("citations", Citation.objects.select_related("video"))
    answers = Prefetch("answers", Answer.objects.prefetch_related(citations))
    return Question.objects.filter(conversation__user=get_person(request)).prefetch_related(answers)


class _Asking(APIView):
    throttle_classes = [throttling.UserRateThrottle, throttling.ScopedRateThrottle]
    throttle_scope = "ask"

    def ask(self, request: Request, values: dict[str, Any]) -> Question:
        """Put the question; a course, conversation or lecture that is not the person's is not there."""
        user, video_id, video = get_person(request), values.get("video_id"), None
        if video_id is not None:
            video = generics.get_object_or_404(Video.objects.visible_to(user), video_id=video_id)
        seconds = values.get("moment_seconds")
        with faults.as_problems():
            if "conversation" in values:
                conversation = generics.get_object_or_404(
                    Conversation.objects.filter(user=user), pk=values["conversation"]
                )
                return asking.ask(
                    conversation=conversation, text=values["question"], video=video, moment_seconds=seconds
                )
            course = None
            if "course" in values:
                course = generics.get_object_or_404(Course.objects.visible_to(user), pk=values["course"])
            return asking.start_conversation(
                user=user, course=course, text=values["question"], video=video, moment_seconds=seconds
            )


class QuestionListView(_Asking):
    """Ask without waiting."""

    @extend_schema(
        operation_id="ask_question",
        tags=["ask"],
        summary="Ask a question",
        description="Answered by workers in the order of asking. Read it at `url`, or follow it at `events_url`. "
        "With Retry-After, 429 where your own questions wait, 503 where those of all do.",
        request=AskSerializer,
        responses={202: QuestionSerializer, **problems.responses(400, 401, 404, 409, 503)},
    )
    def post(self, request: Request) -> Response:
        values = AskSerializer(data=request.data)
        values.is_valid(raise_exception=True)
        question = self.ask(request, values.validated_data)
        return respond(question, status_code=status.HTTP_202_ACCEPTED)


class AskView(_Asking):
    """Ask and wait."""

    @extend_schema(
        operation_id="ask",
        tags=["ask"],
        summary="Ask a question and wait for the answer",
        description="200 with the answer, or 202 with the question as it stands once the time to wait is over, "
        "at once where too many wait already.",
        request=AskAndWaitSerializer,
        responses={
            200: QuestionSerializer,
            202: QuestionSerializer,
            **problems.responses(400, 401, 404, 409, 503),
        },
    )
    def post(self, request: Request) -> Response:
        values = AskAndWaitSerializer(data=request.data)
        values.is_valid(raise_exception=True)
        question = self.ask(request, values.validated_data)
        is_ended = False
        if WAITERS.acquire(blocking=False):
            try:
                is_ended = wait(question, seconds=values.validated_data["wait_seconds"])
            finally:
                WAITERS.release()
        question = find_questions(request).filter(pk=question.pk).first() or question
        return respond(question, status_code=status.HTTP_200_OK if is_ended else status.HTTP_202_ACCEPTED)


class QuestionView(APIView):
    @extend_schema(
        operation_id="get_question",
        tags=["ask"],
        summary="A question, where it stands, and its answer",
        responses={200: QuestionSerializer, **problems.responses(401, 404)},
    )
    def get(self, request: Request, question_id: int) -> Response:
        return respond(generics.get_object_or_404(find_questions(request), pk=question_id))


class StopView(APIView):
    @extend_schema(
        operation_id="stop_question",
        tags=["ask"],
        summary="Stop an answer; what was said so far is kept",
        request=None,
        responses={202: QuestionSerializer, **problems.responses(401, 404)},
    )
    def post(self, request: Request, question_id: int) -> Response:
        asking.stop(question=generics.get_object_or_404(find_questions(request), pk=question_id))
        question = generics.get_object_or_404(find_questions(request), pk=question_id)
        return respond(question, status_code=status.HTTP_202_ACCEPTED)


class EventsView(APIView):
    """The answer as it comes, whatever the Accept header hopes for."""

    @extend_schema(
        operation_id="stream_answer",
        tags=["ask"],
        summary="The answer as it comes, as server-sent events",
        description="Events: queue {place, waiting}, reset {attempt}, sentence {number, text, is_quote, source}, "
        "refusal {text, reason}, finished {answer_id, state}, failed {text}. Go on after a broken connection with "
        "Last-Event-ID. After `reset` the sentences begin anew. 204 to who has seen the end.",
        parameters=[
            OpenApiParameter("Last-Event-ID", str, OpenApiParameter.HEADER, description="`id` last seen."),
            OpenApiParameter("last_event_id", str, description="The same, for who cannot set headers."),
        ],
        responses={
            (200, "text/event-stream"): OpenApiTypes.STR,
            204: OpenApiResponse(description="The end has been seen."),
            **problems.responses(401, 404),
        },
    )
    def get(self, request: Request, question_id: int) -> HttpResponseBase:
        standing = queue.find_standing(question_id=question_id)
        if standing is None or standing.user_id != request.user.pk:
            raise Http404
        return events.respond(request._request, question_id=question_id, standing=standing)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)


def respond(question: Question, *, status_code: int = status.HTTP_200_OK) -> Response:
    return Response(QuestionSerializer(question).data, status=status_code)


def wait(question: Question, *, seconds: float) -> bool:
    """Wait until a question has ended, no longer than told and without a connection; return whether it has."""
    deadline = time.monotonic() + seconds
    while not (is_ended := _has_ended(question)) and time.monotonic() < deadline:
        if not connection.in_atomic_block:
            connection.close()
        time.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
    return is_ended


def _has_ended(question: Question) -> bool:
    return not Question.objects.unfinished().filter(pk=question.pk).exists()

"""Search over everything said in a person's courses."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, throttling
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistant import courses, questions
from assistant.serializers import HitSerializer, SearchParameters
from assistant.services import search
from ingestion import problems


class SearchView(APIView):
    """Where the lectures speak of something."""

    throttle_classes = [throttling.UserRateThrottle, throttling.ScopedRateThrottle]
    throttle_scope = "search"

    @extend_schema(
        operation_id="search",
        tags=["search"],
        summary="Where the lectures speak of something, best first",
        parameters=[SearchParameters],
        responses={200: HitSerializer(many=True), **problems.responses(400, 401, 404)},
    )
    def get(self, request: Request) -> Response:
        parameters = SearchParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        course_id = parameters.validated_data.get("course")
        scope = courses.find_scope(request.user, course_id=course_id)
        if course_id and not scope:
            raise Http404
        try:
            hits = search.search(
                text=parameters.validated_data["q"], k=parameters.validated_data["k"], courses=scope
            )
        except search.EmptyIndexError:
            hits = []
        except questions.UnusableQuestionError as error:
            raise exceptions.ValidationError({"q": [str(error)]}) from error
        return Response([HitSerializer(hit).data for hit in hits])

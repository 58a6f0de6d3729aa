"""The events of an answer, relayed to whoever asked."""

from django.http import HttpRequest, HttpResponse


async def question_events(request: HttpRequest, question_id: int) -> HttpResponse:
    return HttpResponse(status=204)

"""The library and its lectures: what there is, the player, the recording and the transcript as a file."""

import re
from typing import Any

from csp import constants as csp
from csp.decorators import csp_update
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from ingestion.models import TEACH, Course, MediaFile, Video
from transcripts import corrections, exports, lectures, library, media, ranges, standing
from transcripts.models import Transcription

YOUTUBE_SCRIPT = "https://www.youtube.com"
YOUTUBE_FRAME = "https://www.youtube-nocookie.com"
SECONDS = re.compile(r"\d{1,6}", re.ASCII)


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


allow_youtube = csp_update({"script-src": [csp.SELF, YOUTUBE_SCRIPT], "frame-src": [csp.SELF, YOUTUBE_FRAME]})


@require_safe
def show_library(request: HtmxRequest) -> HttpResponse:
    """Show the courses and lectures of a person; htmx takes the list alone."""
    wish = library.read_wish(request.GET)
    courses = library.find_courses(request.user)
    course = get_object_or_404(courses, pk=wish.course_id) if wish.course_id else None
    shelf = library.fill_shelf(request.user, wish)
    if _wants_part(request, "lectures"):
        is_poll = request.htmx.trigger == "lectures"
        response = _render_part(request, "transcripts/_shelf.html", {"shelf": shelf, "is_poll": is_poll})
        return response if is_poll else push_url(response, f"{request.path}{wish.query()}")
    choices = list(courses[: library.MOST_CHOICES])
    context = {
        "shelf": shelf,
        "course": course,
        "cards": [] if course else library.make_cards(choices[: library.MOST_CARDS]),
        "has_courses": bool(choices),
        "has_more_courses": len(choices) > library.MOST_CARDS,
        "choices": choices,
        "states": standing.Told.choices,
        "orders": [(name, label) for name, (label, _) in library.ORDERS.items()],
        "can_add": request.user.has_perm(TEACH),
    }
    return _vary(render(request, "transcripts/library.html", context))


@require_safe
def show_video(request: HtmxRequest, video_id: str) -> HttpResponseBase:
    """Show a lecture; YouTube may be reached from the page of a video that plays there, from no other."""
    video = _find_video(request, video_id)
    return allow_youtube(_render_video)(request, video) if video.is_on_youtube else _render_video(request, video)


def _render_video(request: HtmxRequest, video: Video) -> HttpResponse:
    start_seconds = _read_seconds(request, video)
    is_framed = request.GET.get("frame") == "1"
    context: dict[str, Any] = {
        "lecture": lectures.open_lecture(video),
        "start_seconds": start_seconds,
        "is_framed": is_framed,
        "may_correct": not is_framed and corrections.may_correct(video=video, user=request.user),
    }
    if _wants_part(request, "transcript"):
        return _render_part(request, "transcripts/_transcript.html", context)
    context["courses"] = Course.objects.visible_to(request.user).filter(videos=video).order_by("title")
    context["outside_url"] = video.url_at(start_seconds)
    return _vary(render(request, "transcripts/video.html", context))


@require_safe
def send_media(request: HttpRequest, video_id: str) -> HttpResponseBase:
    """Send the recording of a lecture, or the range of it that a player asks for."""
    recording = media.find_recording(_find_video(request, video_id))
    if recording is None:
        raise Http404
    etag = f'"{recording.sha256}"'
    response = get_conditional_response(request, etag=etag) or _send_bytes(request, recording, etag=etag)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def send_transcript(request: HttpRequest, video_id: str, kind: str) -> HttpResponse:
    """Send the transcript of a lecture as a file."""
    return make_download(_find_video(request, video_id), kind)


def make_download(video: Video, kind: str) -> HttpResponse:
    """Return the preferred transcript of a video as a file. Raises Http404 where there is none."""
    transcription = get_object_or_404(Transcription.objects.preferred().select_related("video"), video=video)
    response = HttpResponse(exports.write(transcription, kind), content_type=exports.FORMATS[kind].content_type)
    name = exports.name_file(transcription, kind)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _find_video(request: HttpRequest, video_id: str) -> Video:
    return get_object_or_404(Video.objects.visible_to(request.user), video_id=video_id)


def _send_bytes(request: HttpRequest, recording: MediaFile, *, etag: str) -> HttpResponseBase:
    size = recording.byte_count
    try:
        span = ranges.parse(_read_range(request, etag=etag), byte_count=size)
    except ranges.UnsatisfiableError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if not media.is_in_lake(recording):
        raise Http404
    sent = span or ranges.Span(0, size - 1)
    headers = {"Content-Type": media.name_content_type(recording), "Content-Length": str(sent.byte_count)}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if span:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    if not connection.in_atomic_block:
        connection.close()  # a listener may take an hour: it goes back before the first byte
    blocks = media.AsyncBlocks if isinstance(request, ASGIRequest) else media.Blocks
    return StreamingHttpResponse(blocks(recording, sent), status=206 if span else 200, headers=headers)


def _read_range(request: HttpRequest, *, etag: str) -> str:
    """Return the range asked for: none in a HEAD, and none of a file other than the one the player has begun."""
    is_of_this = request.headers.get("If-Range", etag) == etag
    return request.headers.get("Range", "") if is_of_this and request.method == "GET" else ""


def _read_seconds(request: HttpRequest, video: Video) -> int:
    found = SECONDS.match(request.GET.get("t", ""))
    seconds = int(found[0]) if found else 0
    return min(seconds, int(video.duration_seconds)) if video.duration_seconds else seconds


def _wants_part(request: HtmxRequest, target: str) -> bool:
    return bool(request.htmx) and request.htmx.target == target


def _render_part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return _vary(render(request, template, context | {"is_part": True}))


def _vary(response: HttpResponse) -> HttpResponse:
    """Keep a browser from taking a part of a page for the whole of it."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response

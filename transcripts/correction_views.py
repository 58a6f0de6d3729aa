"""Correcting what is said, line by line: for who leads a course of the lecture, and operators."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.middleware import HtmxDetails

from ingestion.models import Video
from transcripts import corrections
from transcripts.forms import CorrectionForm
from transcripts.models import Correction, Segment


class PersonRequest(HttpRequest):
    """A request as the middleware leaves it: of a person, perhaps from a script of the page."""

    user: User
    htmx: HtmxDetails


@require_http_methods(["GET", "HEAD", "POST"])
def correct_segment(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what a segment says and has said, and take another text for it; htmx takes the form alone."""
    segment = get_object_or_404(corrections.find_shown(request.user), pk=pk)
    _check_may_correct(request, segment.transcription.video)
    seen = {"text": segment.text, "version": segment.version}
    # Several may stand open on one page.
    auto_id = f"%s-{pk}"
    sent = request.POST if request.method == "POST" else None
    form = CorrectionForm(sent, initial=seen, auto_id=auto_id)
    if form.is_valid():
        try:
            corrected = corrections.correct_segment(segment_id=pk, user=request.user, **form.cleaned_data)
        except corrections.OutdatedError as error:
            # What was typed stays; sent once more it is put over what the other has written, now in sight.
            form = CorrectionForm(seen | {"text": form.cleaned_data["text"]}, auto_id=auto_id)
            form.add_error(None, str(error))
        except corrections.UnusableTextError as error:
            form.add_error("text", str(error))
        else:
            return _show_corrected(request, corrected)
    return _show_form(request, segment, form)


@require_POST
def settle(request: PersonRequest, pk: int) -> HttpResponse:
    """Let go of a correction that needs review."""
    visible = Video.objects.visible_to(request.user)
    correction = get_object_or_404(Correction.objects.select_related("video"), pk=pk, video__in=visible)
    _check_may_correct(request, correction.video)
    corrections.settle(correction_id=pk, user=request.user)
    messages.success(request, _("The correction is settled."))
    return redirect("video", correction.video.video_id)


def _check_may_correct(request: PersonRequest, video: Video) -> None:
    if not corrections.may_correct(video=video, user=request.user):
        raise PermissionDenied


def _show_corrected(request: PersonRequest, segment: Segment) -> HttpResponse:
    if request.htmx:
        return render(request, "transcripts/_corrected.html", {"segment": segment})
    address = reverse("video", args=[segment.transcription.video.video_id])
    return redirect(f"{address}?t={int(segment.start_seconds)}")


def _show_form(request: PersonRequest, segment: Segment, form: CorrectionForm) -> HttpResponse:
    context = {"segment": segment, "form": form, "versions": corrections.find_versions(segment)}
    if request.htmx:  # which swaps in no refusal
        return render(request, "transcripts/_correct.html", context)
    return render(request, "transcripts/correct.html", context, status=422 if form.errors else 200)

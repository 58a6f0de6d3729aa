"""Following something on YouTube: a link is looked at and followed; what is followed is changed and let go."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ingestion import courses, forms
from ingestion.audio import fetching
from ingestion.following import pasting, standing, subscriptions
from ingestion.models import OPERATE, AudioFetch, Course, Subscription
from ingestion.views import adding
from ingestion.views.requests import PersonRequest, teachers_only
from ingestion.youtube import references

FOLLOWED_PER_PAGE = 25


@require_http_methods(["GET", "POST"])
@teachers_only
def add_link(request: PersonRequest) -> HttpResponse:
    """Look at what a link names, or follow it in a course."""
    if request.method == "GET":
        return redirect("add_folder")
    form = forms.FollowForm(request.POST, user=request.user)
    form.needs_course = not (is_look := "look" in request.POST)
    context: dict[str, object] = {"link_form": form}
    if form.is_valid():
        try:
            if not is_look:
                return _follow(request, form)
            context["look"] = pasting.look(
                text=form.cleaned_data["link"], wishes=form.make_wishes(), user=request.user
            )
        except references.InvalidReferenceError as error:
            form.add_error("link", str(error))
        except (subscriptions.SubscriptionError, courses.CourseError) as error:
            form.add_error(None, str(error))
    return _show(request, context, status=200 if "look" in context else 422)


def _follow(request: PersonRequest, form: forms.FollowForm) -> HttpResponse:
    data = form.cleaned_data
    followed = pasting.follow(
        text=data["link"],
        wishes=form.make_wishes(),
        user=request.user,
        course=data["course"],
        course_title=data["title"],
    )
    messages.success(request, _("The course follows it from now on: its videos come as they are read."))
    return redirect("course", followed.course_id)


def _show(request: PersonRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    if request.htmx:
        # htmx shows what is well alone; what is wrong stands in the part.
        response = render(request, "ingestion/_look.html", context)
    else:
        response = adding.show_page(request, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def list_followed(course: Course, *, page: str | None) -> dict[str, Any]:
    """Return what a course's page says of what it follows."""
    rows = Subscription.objects.filter(course=course).order_by("title", "reference", "pk")
    shown = Paginator(rows, FOLLOWED_PER_PAGE).get_page(page)
    return {"followed_page": shown, "followed": standing.describe(shown, at=timezone.now())}


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PersonRequest, subscription_id: int) -> HttpResponse:
    """Show what is wanted of a subscription, and change it."""
    subscription = _find(request, subscription_id)
    is_sent = request.method == "POST"
    form = forms.ChangeForm(request.POST if is_sent else None, before=subscriptions.read_wishes(subscription))
    if form.is_valid():
        try:
            subscriptions.change(subscription_id=subscription.pk, wishes=form.make_wishes())
            return _go_back(request, subscription, _("“%s” is followed so from now on."))
        except subscriptions.SubscriptionError as error:
            form.add_error(None, str(error))
    context = {"subscription": subscription, "form": form}
    return render(request, "ingestion/change.html", context, status=422 if form.errors else 200)


@require_POST
def pause(request: PersonRequest, subscription_id: int) -> HttpResponse:
    """Pull it no more for now."""
    subscription = _find(request, subscription_id)
    subscriptions.pause(subscription_id=subscription.pk)
    return _go_back(request, subscription, _("“%s” is paused."))


@require_POST
def resume(request: PersonRequest, subscription_id: int) -> HttpResponse:
    """Pull it again."""
    subscription = _find(request, subscription_id)
    try:
        subscriptions.resume(subscription_id=subscription.pk)
    except subscriptions.SubscriptionError as error:
        messages.error(request, str(error))
        return redirect("course", subscription.course_id)
    return _go_back(request, subscription, _("“%s” is followed again."))


@require_POST
def pull_now(request: PersonRequest, subscription_id: int) -> HttpResponse:
    """Let a worker pull it now."""
    subscription = _find(request, subscription_id)
    subscriptions.pull_now(subscription_id=subscription.pk)
    return _go_back(request, subscription, _("“%s” is pulled as soon as a worker is free."))


@require_POST
def unfollow(request: PersonRequest, subscription_id: int) -> HttpResponse:
    """Follow it no more; its videos stay."""
    subscription = _find(request, subscription_id)
    subscriptions.unfollow(subscription_id=subscription.pk)
    return _go_back(request, subscription, _("“%s” is followed no more; its videos stay."))


@require_POST
@permission_required(OPERATE, raise_exception=True)
def fetch_again(request: PersonRequest, fetch_id: int) -> HttpResponse:
    """Let the audio of a video be fetched at the next tick."""
    fetch = get_object_or_404(AudioFetch.objects.select_related("video"), pk=fetch_id)
    try:
        fetching.try_again(fetch_id=fetch.pk)
        messages.success(request, _("The audio is tried again as soon as a worker is free."))
    except fetching.NotRepeatableError as error:
        messages.warning(request, str(error))
    return redirect("video", fetch.video.video_id)


def _find(request: PersonRequest, subscription_id: int) -> Subscription:
    """Return a subscription for whoever leads its course; 403 for who only takes part, 404 for who does not."""
    visible = Subscription.objects.filter(course__in=Course.objects.visible_to(request.user))
    subscription = get_object_or_404(visible.select_related("course"), pk=subscription_id)
    if not courses.leads(course=subscription.course, user=request.user):
        raise PermissionDenied
    return subscription


def _go_back(request: PersonRequest, subscription: Subscription, said: str) -> HttpResponse:
    messages.success(request, said % subscription)
    return redirect("course", subscription.course_id)

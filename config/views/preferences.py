"""What a person prefers, whether signed in or not."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from config.context import THEMES

YEAR_SECONDS = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme a person chose, and go back to where they were."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    if request.POST.get("theme") in THEMES:
        response.set_cookie("theme", request.POST["theme"], max_age=YEAR_SECONDS, samesite="Lax")
    return response

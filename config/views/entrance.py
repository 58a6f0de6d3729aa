"""The way to single sign-on."""

import logging

import requests
from allauth.socialaccount.providers.openid_connect.views import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


@login_not_required
def go_to_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send a visitor to the identity provider, and say so where it does not answer."""
    try:
        response: HttpResponse = login(request, provider_id)
    except requests.RequestException as error:
        logger.warning("The identity provider %s does not answer: %s", provider_id, error)
        return render(request, "socialaccount/authentication_error.html", status=502)
    return response

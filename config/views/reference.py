"""The API's reference and recipes."""

from csp import constants as csp
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView

from config import recipes

# Swagger's own sheet is loaded from here; it also writes styles into its elements.
docs = login_required(
    csp_update({"style-src": [csp.SELF, csp.UNSAFE_INLINE]})(
        SpectacularSwaggerSplitView.as_view(url_name="api_schema", template_name="config/docs.html")
    )
)


@require_safe
def show_recipes(request: HttpRequest) -> HttpResponse:
    address = request.build_absolute_uri("/").rstrip("/")
    return render(request, "config/recipes.html", {"recipes": recipes.RECIPES, "address": address})

"""Every address: pages of each app, the API, the admin and what belongs to the installation."""

import allauth.account.decorators
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import assistant.urls
import ingestion.urls
import transcripts.urls
import warehouse.urls
from config.views import account, preferences, status

# Signing in is one page with one limit of attempts, for the admin too.
admin.site.login = allauth.account.decorators.secure_admin_login(admin.site.login)  # type: ignore[method-assign]

api_urlpatterns = [
    *ingestion.urls.api_urlpatterns,
    *transcripts.urls.api_urlpatterns,
    *warehouse.urls.api_urlpatterns,
    *assistant.urls.api_urlpatterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("transcripts.urls")),
    path("", include("ingestion.urls")),
    path("", include("assistant.urls")),
    path("", include("warehouse.urls")),
    path("status/", status.status, name="status"),
    path("account/", account.account, name="account"),
    path("accounts/", include("allauth.urls")),
    path("theme/", preferences.set_theme, name="set_theme"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api_urlpatterns)),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
]

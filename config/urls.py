"""Every address: pages of each app, the API, the admin and what belongs to the installation."""

import allauth.account.decorators
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

import assistant.urls
import ingestion.urls
import transcripts.urls
import warehouse.urls
from config import api
from config.status import api as status_api
from config.views import account, entrance, invitations, preferences, reference, status

# Signing in is one page with one limit of attempts, for the admin too.
admin.site.login = allauth.account.decorators.secure_admin_login(admin.site.login)  # type: ignore[method-assign]

api_urlpatterns = [
    *ingestion.urls.api_urlpatterns,
    *transcripts.urls.api_urlpatterns,
    *warehouse.urls.api_urlpatterns,
    *assistant.urls.api_urlpatterns,
    path("status/", status_api.StatusDetail.as_view(), name="api_status"),
    path("tokens/", api.TokenList.as_view(), name="api_tokens"),
    path("tokens/<int:token_id>/", api.TokenDetail.as_view(), name="api_token"),
]

account_urlpatterns = [
    path("", account.account, name="account"),
    path("tokens/", account.create_token, name="create_token"),
    path("tokens/<int:token_id>/revoke/", account.revoke_token, name="revoke_token"),
    path("invitations/", invitations.list_invitations, name="invitations"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke_invitation, name="revoke_invitation"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("transcripts.urls")),
    path("", include("ingestion.urls")),
    path("", include("assistant.urls")),
    path("", include("warehouse.urls")),
    path("status/", status.show_status, name="status"),
    path("status/run/<int:pk>/", status.run_now, name="run_now"),
    path("account/", include(account_urlpatterns)),
    path("accounts/oidc/<str:provider_id>/login/", entrance.go_to_provider),
    path("accounts/", include("allauth.urls")),
    path("theme/", preferences.set_theme, name="set_theme"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api_urlpatterns)),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", reference.docs, name="api_docs"),
    path("api/recipes/", reference.show_recipes, name="api_recipes"),
]

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.page_not_found"
handler500 = "config.problems.server_error"

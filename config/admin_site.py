"""The admin site: for operators, signed in to like every page, and open on what needs a person."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ingestion.models import OPERATE


class LecternAdminSite(admin.AdminSite):
    site_header = "Lectern"
    site_title = "Lectern"
    index_title = _("Administration")
    index_template = "admin/dashboard.html"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Admit operators; Django's own staff flag is not needed for it."""
        return request.user.is_active and request.user.has_perm(OPERATE)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what needs a person above the list of models."""
        from config import attention  # models, which are not there yet when this class is named

        concerns = attention.find_concerns(at=timezone.now())
        return super().index(request, {"concerns": concerns, **(extra_context or {})})

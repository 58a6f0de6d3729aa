"""The admin site: for operators, and signed in to like every page."""

from django.contrib import admin
from django.http import HttpRequest

from ingestion.models import OPERATE


class LecternAdminSite(admin.AdminSite):
    site_header = "Lectern"
    site_title = "Lectern"
    index_title = "Administration"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Admit operators; Django's own staff flag is not needed for it."""
        return request.user.is_active and request.user.has_perm(OPERATE)

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigAppConfig(AppConfig):
    name = "config"
    verbose_name = "Lectern"

    def ready(self) -> None:
        from config import checks  # noqa: F401


class LecternAdminConfig(AdminConfig):
    """Django's admin, on the site of our own."""

    default_site = "config.admin_site.LecternAdminSite"

"""What every page's frame shows."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from config import people
from ingestion.models import OPERATE, TEACH

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Place:
    """A place in the navigation."""

    title: str
    url: str
    is_current: bool


def add_shell(request: HttpRequest) -> dict[str, object]:
    """Return the navigation of this person, their theme and the ways in."""
    theme = request.COOKIES.get("theme", "auto")
    return {
        "places": list(_find_places(request)),
        "theme": theme if theme in THEMES else "auto",
        "has_single_sign_on": bool(settings.OIDC_ISSUER),
        "is_sign_up_open": settings.SIGN_UP == "open",
        "invitation": SimpleLazyObject(lambda: people.find_invitation(request)),
    }


def _find_places(request: HttpRequest) -> list[Place]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    names = [("library", _("Library")), ("chat", _("Tutor"))]
    if user.has_perm(TEACH):
        names.append(("add_folder", _("Add lectures")))
    if user.has_perm(OPERATE):
        names += [("status", _("Status")), ("admin:index", _("Admin"))]
    return [_make_place(request, name, title) for name, title in names]


def _make_place(request: HttpRequest, name: str, title: str) -> Place:
    url = reverse(name)
    is_current = request.path == url if url == "/" else request.path.startswith(url)
    return Place(title=title, url=url, is_current=is_current)

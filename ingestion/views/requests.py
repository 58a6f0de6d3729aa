"""What the views of this app are given: a request of a person who has signed in, perhaps by htmx."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from ingestion.models import OPERATE, TEACH


class PersonRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


def may_add(user: User | AnonymousUser) -> bool:
    """Tell whether a person adds lectures."""
    return user.has_perm(TEACH) or user.has_perm(OPERATE)


def teachers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 403 to whoever does not add lectures."""

    @wraps(view)
    def check(request: PersonRequest, **parts: object) -> HttpResponse:
        if not may_add(request.user):
            raise PermissionDenied
        return view(request, **parts)

    return check

"""Who may come in: by invitation, by single sign-on, or anyone where sign-up is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect

from config import invitations, roles
from config.models import Invitation
from config.roles import Role

# Where the token of the invitation being accepted waits for the end of the sign-up.
INVITATION_KEY = "invitation"


def find_invitation(request: HttpRequest) -> Invitation | None:
    """Return the open invitation this visitor came with."""
    try:
        return invitations.find(request.session.get(INVITATION_KEY, ""))
    except invitations.InvitationError:
        return None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGN_UP == "open" or find_invitation(request) is not None

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        with _admitting(request):
            saved: User = super().save_user(request, user, form, commit=commit)
            _admit(request, saved)
        return saved


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Admit whom the identity provider vouches for."""
        return True

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        with _admitting(request):
            saved: User = super().save_user(request, sociallogin, form)
            if form is None:  # with a form, the account's own adapter has admitted them
                _admit(request, saved)
        return saved


@contextmanager
def _admitting(request: HttpRequest) -> Iterator[None]:
    """Make the account and accept the invitation, or do neither and say why."""
    try:
        with transaction.atomic():
            yield
    except invitations.InvitationError:
        page = redirect("invitation", token=request.session.pop(INVITATION_KEY))
        raise ImmediateHttpResponse(page) from None
    request.session.pop(INVITATION_KEY, None)


def _admit(request: HttpRequest, user: User) -> None:
    if token := request.session.get(INVITATION_KEY):
        invitations.accept(invitation=invitations.find(token), user=user)
    else:
        roles.give(user=user, role=Role.STUDENT)

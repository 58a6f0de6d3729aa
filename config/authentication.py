"""Who a token of the API belongs to."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed


class BearerAuthentication(TokenAuthentication):  # type: ignore[misc]
    """Knox's own, which takes every token for text that a database can hold."""

    def authenticate_credentials(self, token: bytes) -> Any:
        if not token.isascii() or b"\0" in token:
            raise AuthenticationFailed(_("Invalid token."))
        return super().authenticate_credentials(token)


class BearerScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """How the API's schema tells of it."""

    target_class = "config.authentication.BearerAuthentication"
    name = "bearer"

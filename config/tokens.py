"""Tokens for the API: shown once, kept as a digest, at an end some day."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken
from knox.settings import knox_settings

from config.models import ApiToken

LONGEST_LIFETIME_DAYS = 365
LIFETIME_DAYS = knox_settings.TOKEN_TTL.days


class TooManyTokensError(Exception):
    """A person has as many tokens as one may have."""

    permanent = True


@dataclass(frozen=True)
class Issued:
    """A token as it is known only now."""

    label: ApiToken
    secret: str


def list_tokens(user: User) -> QuerySet[ApiToken]:
    """Return a person's tokens that still open something, the newest first, with their times."""
    kept = AuthToken.objects.filter(pk=OuterRef("digest"), expiry__gt=timezone.now())
    return (
        ApiToken.objects.filter(user=user)
        .annotate(
            created_at=Subquery(kept.values("created"), output_field=models.DateTimeField()),
            expires_at=Subquery(kept.values("expiry"), output_field=models.DateTimeField()),
        )
        .filter(expires_at__isnull=False)
        .order_by("-created_at", "-pk")
    )


@transaction.atomic
def create_token(*, user: User, name: str, lifetime_days: int = LIFETIME_DAYS) -> Issued:
    """Make a token; those that have ended make room first."""
    User.objects.select_for_update().get(pk=user.pk)
    live = list_tokens(user)
    ApiToken.objects.filter(user=user).exclude(pk__in=live.values("pk")).delete()
    most = knox_settings.TOKEN_LIMIT_PER_USER
    if live.count() >= most:
        raise TooManyTokensError(_("You have %(most)d tokens already: revoke one first.") % {"most": most})
    kept, secret = AuthToken.objects.create(user=user, expiry=timedelta(days=lifetime_days))
    label = ApiToken.objects.create(user=user, name=name, digest=kept.digest)
    return Issued(label=list_tokens(user).get(pk=label.pk), secret=secret)


@transaction.atomic
def revoke_token(label: ApiToken) -> None:
    """End a token now."""
    AuthToken.objects.filter(pk=label.digest).delete()
    label.delete()

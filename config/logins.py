"""The two people of the demo, on this machine alone."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from config import roles
from config.roles import Role

PASSWORD = "lectern-demo"  # noqa: S105


@dataclass(frozen=True)
class Login:
    """What a person of the demo signs in with; no password where it was changed."""

    username: str
    role: Role
    has_known_password: bool


def make_all() -> list[Login]:
    """Make who is not there yet; who is keeps the password they have."""
    return [_make("demo", Role.OPERATOR), _make("student", Role.STUDENT)]


@transaction.atomic
def _make(username: str, role: Role) -> Login:
    user, is_new = User.objects.get_or_create(username=username)
    if is_new:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        roles.give(user=user, role=role)
    return Login(username, role, has_known_password=user.check_password(PASSWORD))

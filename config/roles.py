"""Roles: what a person may do here, as data that becomes Django's groups."""

from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from ingestion.models import OPERATE, TEACH
from warehouse.models import READ_MARTS


class Role(TextChoices):
    """The groups this installation knows, from the least to the most."""

    STUDENT = "student", _("Student")
    TEACHER = "teacher", _("Teacher")
    ANALYST = "analyst", _("Analyst")
    OPERATOR = "operator", _("Operator")


PERMISSIONS = {
    Role.STUDENT: (),
    Role.TEACHER: (TEACH,),
    Role.ANALYST: (READ_MARTS,),
    Role.OPERATOR: (OPERATE, TEACH, READ_MARTS),
}

# In the admin an operator looks at everything, acts on what is ours, and keeps these in order themselves.
CHANGED_BY_OPERATORS = ("ingestion", "transcripts", "warehouse", "assistant", "config", "django_celery_beat")
KEPT_BY_OPERATORS = (
    "auth.user",
    "auth.group",
    "account.emailaddress",
    "ingestion.course",
    "ingestion.membership",
    "django_celery_beat.periodictask",
    "django_celery_beat.intervalschedule",
    "django_celery_beat.crontabschedule",
)


class UnknownPermissionError(Exception):
    """A role names a permission that no model declares."""

    permanent = True


def seed() -> None:
    """Make every role's group; what an operator gave it besides stays."""
    for role in Role:
        make_group(role)


def make_group(role: Role) -> Group:
    """Return the group of a role, with all that the role stands for."""
    group, _is_new = Group.objects.get_or_create(name=role.value)
    group.permissions.add(*_find_permissions(PERMISSIONS[role]))
    if role is Role.OPERATOR:
        group.permissions.add(*Permission.objects.filter(_administration()))
    return group


def give(*, user: User, role: Role) -> None:
    """Let a person have a role beside those they have."""
    user.groups.add(make_group(role))


def role_of(user: User | AnonymousUser) -> Role:
    """Return the widest role a person has; whoever has none is a student."""
    if user.is_superuser:
        return Role.OPERATOR
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in reversed(Role) if role.value in names), Role.STUDENT)


def _find_permissions(names: tuple[str, ...]) -> list[Permission]:
    found = []
    for name in names:
        app, codename = name.split(".")
        permission = Permission.objects.filter(content_type__app_label=app, codename=codename).first()
        if permission is None:
            raise UnknownPermissionError(f"No model declares the permission {name}: run `manage.py migrate`.")
        found.append(permission)
    return found


def _administration() -> Q:
    """Return which of the models' own permissions the admin asks of an operator."""
    wanted = Q(codename__startswith="view_") | Q(
        codename__startswith="change_", content_type__app_label__in=CHANGED_BY_OPERATORS
    )
    for name in KEPT_BY_OPERATORS:
        app, model = name.split(".")
        kept = [f"{action}_{model}" for action in ("add", "change", "delete")]
        wanted |= Q(content_type__app_label=app, codename__in=kept)
    return wanted

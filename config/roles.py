"""Roles: what a person may do here, as Django groups of permissions."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Whoever has it reads the marts.
READ_MARTS = "warehouse.read_marts"


class Role(TextChoices):
    """The groups this installation knows, from the least to the most."""

    STUDENT = "student", _("Student")
    TEACHER = "teacher", _("Teacher")
    ANALYST = "analyst", _("Analyst")
    OPERATOR = "operator", _("Operator")

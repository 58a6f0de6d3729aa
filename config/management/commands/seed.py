"""Give an installation its roles and its schedule, as often as one likes."""

from typing import Any

from django.core.management.base import BaseCommand

from config import roles, schedule


class Command(BaseCommand):
    help = "Make the groups of the roles and the slots of the schedule; what an operator edited stays."

    def handle(self, **options: Any) -> None:
        roles.seed()
        schedule.seed()

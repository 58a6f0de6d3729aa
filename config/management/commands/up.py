"""Serve this installation: web, workers and beat under one supervisor."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import edge, serving, supervision


class Command(BaseCommand):
    help = (
        "Serve this installation until it is stopped: web processes, workers and beat, each started again when it "
        "dies. Brings the tables, the schedule and the static files up to date first."
    )

    # All of them are run below, with those of the database.
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        try:
            listener = serving.bind(*settings.WEB_ADDRESS)
        except serving.AddressError as error:
            raise CommandError(str(error)) from None
        with supervision.ending_on_signals(), listener:
            self._prepare()
            programs = serving.list_programs(listener)
            with supervision.Supervisor(programs, tell=self._tell) as supervisor:
                names = ", ".join(program.name for program in programs)
                self.stdout.write(
                    f"Lectern serves {settings.BASE_URL or serving.make_url(listener)} with {names}."
                )
                self.stdout.write(f"Logs lie in {settings.VAR_DIR / 'logs'}; Ctrl-C stops it.")
                supervisor.run()

    def _prepare(self) -> None:
        self.check(databases=["default"])
        edge.migrate()
        if not settings.SERVESTATIC_USE_FINDERS:
            call_command("collectstatic", interactive=False, verbosity=0)

    def _tell(self, sentence: str) -> None:
        self.stderr.write(sentence)

"""Run one web process on this machine."""

import socket
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import serving, supervision

GRACE_SECONDS = 10
# Longer than the proxies before it keep a connection: who closes first must not be us, under a request on its way.
KEEP_ALIVE_SECONDS = 75


class Command(BaseCommand):
    help = "Run one web process at WEB_ADDRESS, or on a socket that listens already, until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fd", type=int, help="the descriptor of a socket that listens already")
        supervision.add_argument(parser)

    def handle(self, *, fd: int | None, until_stdin_closes: bool, **options: Any) -> None:
        if until_stdin_closes:
            supervision.end_with_parent()
        try:
            listener = socket.socket(fileno=fd) if fd is not None else serving.bind(*settings.WEB_ADDRESS)
        except serving.AddressError as error:
            raise CommandError(str(error)) from None
        uvicorn.Server(
            uvicorn.Config(
                "config.asgi:application",
                loop="uvloop",
                http="httptools",
                lifespan="off",
                backlog=serving.BACKLOG,
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=settings.TRUSTED_PROXIES,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        ).run(sockets=[listener])

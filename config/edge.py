"""The outermost edge of every command: services up before it, one clear sentence instead of a trace after it."""

import errno
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from config import embedded

logger = logging.getLogger(__name__)

NEED_NO_SERVICES = {"help", "--help", "-h", "--version", "version"}
NEED_NO_TABLES = {"check", "makemigrations", "migrate", "showmigrations", "sqlmigrate", "test", "up"}


def prepare(arguments: list[str]) -> None:
    """Bring up what a command stands on: the embedded services, and in an embedded database the tables."""
    if arguments[1:2] == ["web"]:
        # A thread a request: they share their connections.
        os.environ.setdefault("DATABASE_POOL_SIZE", "16")
    options = set(arguments[2 : arguments.index("--") if "--" in arguments else None])
    if len(arguments) < 2 or arguments[1] in NEED_NO_SERVICES or {"--help", "-h"} & options:
        return
    embedded.join(settings.EMBEDDED_ADDRESSES, services=settings.EMBEDDED_SERVICES)
    is_supervised = "--until-stdin-closes" in options  # its parent has done it
    if (
        embedded.POSTGRES in settings.EMBEDDED_SERVICES
        and arguments[1] not in NEED_NO_TABLES
        and not is_supervised
    ):
        migrate()


@contextmanager
def one_sentence_instead_of_a_trace() -> Iterator[None]:
    """End the process with a sentence that says what to do; the trace of a surprise goes to a file."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit(sentence(error))


def sentence(error: Exception) -> str:
    """Return what went wrong and what to do about it, in one sentence."""
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    match error:
        case embedded.ServiceError() | ImproperlyConfigured():
            return str(error)
        case OSError(errno=errno.ENOSPC):
            return f"The disk is full: free some space where {settings.VAR_DIR} lies, then run it again."
        case DatabaseError() if "No space left" in str(error):
            return "The database's disk is full: free some space, then run it again."
        case ProgrammingError() if "does not exist" in str(error):
            return f"The database lacks a table ({first_line}): run `manage.py migrate`."
        case OperationalError():
            return f"The database does not answer ({first_line}): check DATABASE_URL."
        case RedisError() | BrokerError():
            return f"Redis does not answer ({first_line}): check REDIS_URL."
        case OSError() if error.strerror:
            return f"{error.strerror}: {error.filename or 'no file named'}."
        case _:
            return f"Something unforeseen went wrong ({first_line}); {_record_trace()} holds the details."


def migrate() -> None:
    """Bring the tables up to date, one process at a time."""
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('migrate'))")
            call_command("migrate", verbosity=0)
            cursor.execute("SELECT pg_advisory_unlock(hashtext('migrate'))")
    call_command("seed")


def _record_trace() -> Path:
    log: Path = settings.VAR_DIR / "logs" / "error.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as stream:
        traceback.print_exc(file=stream)
    return log

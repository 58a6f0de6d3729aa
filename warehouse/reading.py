"""Reading on someone's behalf: nothing is written, and nothing runs for ever."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import errors
from rest_framework import exceptions

MOST_SECONDS = 30.0
# A mart ranks every snapshot: within this the ranking of some hundred thousand never leaves memory.
SORT_MEMORY = "64MB"


class TooSlowError(exceptions.APIException):
    """What was asked for takes the database too long."""

    status_code = 503
    default_code = "too_slow"
    default_detail = _("Too much was asked for at once: narrow it with filters, or try again later.")


@contextmanager
def read_only() -> Iterator[None]:
    """Read within one transaction that cannot write and whose statements end after some seconds."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("set transaction read only")
                # A cursor is read to its end here: a plan that is quick to its first row alone is of no use.
                cursor.execute("set local cursor_tuple_fraction = 1")
                cursor.execute("select set_config('work_mem', %s, true)", [SORT_MEMORY])
                cursor.execute("select set_config('statement_timeout', %s, true)", [f"{MOST_SECONDS * 1000:.0f}"])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise TooSlowError from error
        raise

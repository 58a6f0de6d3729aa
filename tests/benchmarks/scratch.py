"""A database of a benchmark's own, beside the installation's, gone when it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django


def set_up() -> None:
    """Start Django and the embedded services, with the installation's own settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    django.setup()
    from django.conf import settings

    from config import embedded

    embedded.join(settings.EMBEDDED_ADDRESSES, services=settings.EMBEDDED_SERVICES)


@contextmanager
def empty_database() -> Iterator[None]:
    """Make an empty database with every table the default one for a while."""
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)

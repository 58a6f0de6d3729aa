"""Settings of the test run: the same real services, rows and files apart from the laptop's own."""

from config.settings.local import *  # noqa: F403

DEBUG = False

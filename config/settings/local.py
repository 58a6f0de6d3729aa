"""Settings of a laptop: embedded services, a key of no worth, debug pages."""

from config.settings.base import *  # noqa: F403

DEBUG = True
SECRET_KEY = "local-only"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

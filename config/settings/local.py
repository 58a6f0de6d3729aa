"""Settings of a laptop: embedded services, a key of no worth, mail into a folder."""

from config.settings.base import *  # noqa: F403
from config.settings.environment import VAR_DIR

DEBUG = False
SECRET_KEY = "local-only"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# Static files straight from the apps, so that nothing has to be collected.
SERVESTATIC_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"

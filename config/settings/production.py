"""Settings of a real installation: nothing has a default that would be unsafe, and what is missing is named."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_URL
from config.settings.environment import VAR_DIR, env, value
from config.settings.services import STORAGES

NEEDED = {
    "SECRET_KEY": "a long random text, kept secret",
    "DATABASE_URL": "a PostgreSQL",
    "REDIS_URL": "a Redis or Valkey",
    "BASE_URL": "the address people open, such as https://lectern.example.org",
}
if missing := [f"{name} ({what})" for name, what in NEEDED.items() if not value(name, "")]:
    raise ImproperlyConfigured(f"Set in .env or in the environment what is missing: {'; '.join(missing)}.")

DEBUG = False
SECRET_KEY = value("SECRET_KEY", "")

# The address decides what is safe; `config.checks` refuses plain http beyond this machine.
_host = urlsplit(BASE_URL).hostname or ""
_is_https = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [_host]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _is_https
SECURE_SSL_REDIRECT = _is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _is_https
# Pages of ours stand in frames of ours; other sites have no way to frame them.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _is_https else "http"

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"}}

# Mail: without EMAIL_URL it is written into a folder, and a warning says so.
EMAIL_URL = value("EMAIL_URL", f"filemail:///{VAR_DIR / 'mail'}")
_email = env.email_url_config(EMAIL_URL)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH")
EMAIL_HOST, EMAIL_PORT = _email.get("EMAIL_HOST"), _email.get("EMAIL_PORT")
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_USER"), _email.get("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = value("EMAIL_FROM", f"lectern@{_host}")

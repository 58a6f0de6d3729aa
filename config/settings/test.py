"""Settings of the test run: the same real services, rows and files apart from the laptop's own."""

from config.settings.local import *  # noqa: F403

DEBUG = False
# Passwords of tests are no secrets: a quick digest saves their time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

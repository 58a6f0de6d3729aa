"""Settings of the test run: the same real services, rows and files apart from the laptop's own."""

from config.settings.local import *  # noqa: F403

DEBUG = False
# Passwords of tests are no secrets: a quick digest saves their time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The address of a server of the test's own that stands in for YouTube; no other settings have it.
YT_DLP_LOOPBACK = ""
YT_DLP_SLEEP_SECONDS = 0
YT_DLP_LEAST_FREE_MIB = 0

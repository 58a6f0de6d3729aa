"""Settings of the test run: the same real services, rows and files apart from the laptop's own."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Of several workers each has services and files of its own, and so have the processes it starts.
WORKER = os.environ.pop("PYTEST_XDIST_WORKER", "")
if WORKER:
    os.environ["VAR_DIR"] = str(Path(os.environ.get("VAR_DIR") or ROOT / "var", WORKER).absolute())

from config.settings.local import *  # noqa: E402, F403

DEBUG = False
# Passwords of tests are no secrets: a quick digest saves their time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The address of a server of the test's own that stands in for YouTube; no other settings have it.
YT_DLP_LOOPBACK = ""
YT_DLP_SLEEP_SECONDS = 0
YT_DLP_LEAST_FREE_MIB = 0

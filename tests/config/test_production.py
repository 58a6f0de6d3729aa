"""The settings of a real installation, as its processes see them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = {
    "SECRET_KEY": "k" * 60 + "0123456789abcdefghijklm",
    "BASE_URL": "https://lectern.example.org",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "DATABASE_URL": "postgresql://lectern@127.0.0.1:1/lectern",
    "REDIS_URL": "redis://127.0.0.1:1",
}
SHOWN = (
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "SESSION_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "DEFAULT_FROM_EMAIL",
    "STORAGES",
    "DEBUG",
)


@pytest.fixture
def run(tmp_path):
    """Run a management command under production settings and return how it went."""

    def run_command(*arguments, **changes):
        variables = {name: value for name, value in (NEEDED | changes).items() if value is not None}
        kept = {name: value for name, value in os.environ.items() if name not in NEEDED}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=kept
            | dict.fromkeys(NEEDED, "")
            | variables
            | {"DJANGO_SETTINGS_MODULE": "config.settings.production", "VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )

    return run_command


@pytest.fixture
def read(run):
    """Return some settings as a process reads them."""

    def read_settings(**changes):
        code = (
            "import json; from django.conf import settings; "
            f"print(json.dumps({{name: getattr(settings, name) for name in {SHOWN!r}}}, default=str))"
        )
        done = run("shell", "-v0", "-c", code, **changes)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read_settings


def test_everything_that_is_missing_is_named_at_once(run):
    done = run("up", SECRET_KEY=None, BASE_URL=None)
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("Set in .env or in the environment what is missing: SECRET_KEY (")
    assert "BASE_URL (" in sentence
    assert "DATABASE_URL" not in sentence


def test_the_deployment_check_finds_nothing(run):
    done = run("check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr


def test_an_https_address_makes_everything_safe(read):
    read_settings = read()
    assert read_settings["ALLOWED_HOSTS"] == ["lectern.example.org"]
    assert read_settings["CSRF_TRUSTED_ORIGINS"] == ["https://lectern.example.org"]
    assert read_settings["SESSION_COOKIE_SECURE"] and read_settings["SECURE_SSL_REDIRECT"]
    assert read_settings["SECURE_HSTS_SECONDS"] > 0
    assert "CompressedManifest" in read_settings["STORAGES"]["staticfiles"]["BACKEND"]
    assert read_settings["DEBUG"] is False


def test_mail_goes_where_its_address_says(read):
    read_settings = read()
    assert [read_settings[name] for name in ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS")] == [
        "mail.example.org",
        587,
        True,
    ]
    assert read_settings["DEFAULT_FROM_EMAIL"] == "lectern@lectern.example.org"


def test_this_machine_alone_may_go_without_https(run, read):
    assert read(BASE_URL="http://127.0.0.1:8000")["SECURE_SSL_REDIRECT"] is False
    done = run("check", BASE_URL="http://lectern.example.org")
    assert done.returncode == 1
    assert "config.E002" in done.stderr


def test_without_mail_a_warning_says_so(run):
    done = run("check", EMAIL_URL=None)
    assert done.returncode == 0
    assert "config.W001" in done.stderr

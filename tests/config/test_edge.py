import errno
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError
from redis.exceptions import ConnectionError as RedisConnectionError

from config import edge, embedded


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (embedded.ServiceError("Do this."), "Do this."),
        (ImproperlyConfigured("LAKE_URL must name a folder."), "LAKE_URL must name a folder."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (OperationalError("could not extend file: No space left on device"), "The database's disk is full"),
        (OperationalError("connection refused\nmore"), "check DATABASE_URL"),
        (ProgrammingError('relation "raw_record" does not exist'), "run `manage.py migrate`"),
        (RedisConnectionError("Connection refused."), "check REDIS_URL"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "Permission denied: /x."),
        (ZeroDivisionError("division by zero"), "Something unforeseen went wrong (division by zero)"),
    ],
)
def test_every_failure_becomes_one_sentence(error, words, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert words in edge.sentence(error)
    assert "\n" not in edge.sentence(error)


def test_the_trace_of_a_surprise_is_kept(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with pytest.raises(SystemExit), edge.one_sentence_instead_of_a_trace():
        raise ZeroDivisionError
    assert "ZeroDivisionError" in (tmp_path / "logs" / "error.log").read_text()


def test_ctrl_c_while_the_program_loads_leaves_no_trace(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "edge.py").write_text("raise KeyboardInterrupt")
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    ended = subprocess.run([sys.executable, "manage.py", "help"], cwd=tmp_path, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_help_needs_no_services(monkeypatch):
    monkeypatch.setattr(embedded, "join", lambda *_, **__: pytest.fail("services were started"))
    edge.prepare(["manage.py", "ingest", "--help"])
    edge.prepare(["manage.py", "help", "ask"])
    edge.prepare(["manage.py"])


def test_a_question_about_help_needs_services(monkeypatch, settings):
    joined = []
    settings.EMBEDDED_SERVICES = frozenset()
    monkeypatch.setattr(embedded, "join", lambda *_, **__: joined.append(True))
    edge.prepare(["manage.py", "ask", "help"])
    edge.prepare(["manage.py", "search", "--", "--help"])
    assert joined == [True, True]

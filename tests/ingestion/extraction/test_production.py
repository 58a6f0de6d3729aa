"""An installation has no way to let a server on its machine stand in for YouTube."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import checks
from tests.config.test_production import NEEDED
from tests.emulators import media
from tests.ingestion.extraction.conftest import VIDEO_ID

ROOT = Path(__file__).resolve().parents[3]
# What a worker does, with addresses that no worker has, told the name of what came of each.
CODE = """
import json, pathlib
from django.conf import settings
from ingestion.extraction import access, messages, process
reached = access.make()
told = {{"loopback": reached.loopback}}
for address in {addresses!r}:
    order = messages.AudioOrder(address, {folder!r}, reached)
    with process.run(order, folder=pathlib.Path({folder!r}), limits=process.Limits(60)) as events:
        told[address] = [event.reason for event in events if isinstance(event, messages.Failed)]
print(json.dumps(told))
"""


@pytest.fixture
def run(tmp_path):
    """Run a management command under some settings, production's if no other, and return how it went."""

    def run_command(*arguments, module="config.settings.production", **variables):
        known = NEEDED | {"DJANGO_SETTINGS_MODULE": module, "VAR_DIR": str(tmp_path)} | variables
        python_path = os.pathsep.join([str(tmp_path), str(ROOT)])
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": python_path} | known,
            capture_output=True,
            text=True,
        )

    return run_command


@pytest.fixture
def here():
    """A server on this machine."""
    with media.serve() as site:
        site.lectures[VIDEO_ID] = media.Lecture(audio=b"secret")
        yield site


def test_nothing_on_this_machine_is_fetched_in_production(run, here, tmp_path):
    addresses = [
        f"http://{here.address}/videoplayback?id={VIDEO_ID}",
        f"https://{here.address}/videoplayback?id={VIDEO_ID}",
        f"https://youtube.com@{here.address}/watch?v={VIDEO_ID}",
        f"http://www.youtube.com@{here.address}/watch?v={VIDEO_ID}",
        "file:///etc/passwd",
    ]
    done = run("shell", "-v0", "-c", CODE.format(addresses=addresses, folder=str(tmp_path)))
    assert done.returncode == 0, done.stderr
    refused = {address: ["forbidden_address"] for address in addresses}
    assert json.loads(done.stdout) == refused | {"loopback": ""}
    assert here.requests == []


@pytest.mark.parametrize("module", ["config.settings.production", "config.settings.local"])
def test_the_environment_cannot_admit_it(run, here, module):
    done = run("check", module=module, YT_DLP_LOOPBACK=here.address)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("YT_DLP_LOOPBACK is for tests alone")


def test_neither_can_a_module_of_settings_of_ones_own(run, here, tmp_path):
    (tmp_path / "own_settings.py").write_text(
        f"from config.settings.production import *\nYT_DLP_LOOPBACK = {here.address!r}\n"
    )
    for command in ("check", "worker"):
        done = run(command, module="own_settings")
        assert done.returncode == 1
        assert "config.E010" in done.stderr


def test_the_tests_own_settings_admit_no_server_before_a_test_does(settings):
    assert settings.YT_DLP_LOOPBACK == ""
    assert checks.check_yt_dlp(None) == []

import subprocess
import sys
from pathlib import Path

import pytest
from celery.exceptions import QueueNotFound
from django.conf import settings
from django.utils.module_loading import import_string

from config.celery import app
from config.pipeline import STAGES, WITHDRAWALS
from ingestion.progress import Progress

ROOT = Path(__file__).resolve().parents[2]


def own_tasks():
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_goes_to_the_queue_of_what_it_needs():
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in own_tasks()}
    assert set(queues.values()) <= set(settings.QUEUES)
    assert queues["ingestion.tasks.ingest_folder"] == "cpu.ingest"
    assert queues["transcripts.tasks.transcribe_pending"] == "cpu.default"
    assert queues["transcripts.tasks.run_transcription"] == "gpu.transcribe"
    assert queues["warehouse.tasks.build_warehouse"] == "cpu.default"


def test_no_queue_is_made_by_a_misspelt_name():
    with pytest.raises(QueueNotFound):
        app.amqp.router.route({"queue": "gpu.transcribes"}, "transcripts.tasks.run_transcription")


def test_the_pipeline_names_tasks_that_exist():
    assert {stage.task for stage in STAGES} <= own_tasks().keys()


def test_every_stage_tells_its_progress(db):
    for stage in STAGES:
        assert isinstance(import_string(stage.progress)(), Progress)


def test_every_app_withdraws(db):
    assert {path.split(".")[0] for path in WITHDRAWALS} == {"ingestion", "transcripts", "warehouse", "assistant"}
    assert [import_string(path)() for path in WITHDRAWALS] == [0, 0, 0, 0]


def test_importing_the_project_leaves_heavy_libraries_alone():
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings.local'; django.setup();"
        "import config.urls, transcripts.tasks, assistant.tasks;"
        "heavy = {'torch', 'faster_whisper', 'whisper', 'transformers', 'peft', 'yt_dlp', 'ctranslate2'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_visibility_timeout_outlasts_the_longest_task():
    assert settings.VISIBILITY_TIMEOUT_SECONDS > settings.TASK_TIME_LIMIT_SECONDS


def test_env_example_names_every_variable_the_settings_read():
    import re

    read = set()
    for path in (ROOT / "config" / "settings").glob("*.py"):
        read |= set(re.findall(r'(?:value|whole_number|yes_or_no|address|env)\(\s*"([A-Z_]+)"', path.read_text()))
        read |= set(re.findall(r': "([A-Z_]+_URL)"', path.read_text()))
    named = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert read == named

"""What the stages run on: queues and their workers, beat, disks, and which versions of what."""

import platform
import shutil
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from config import pipeline, pulses
from config.models import ScheduleSlot

# Ticks come every few seconds: beat that has sent none for so long is gone.
BEAT_SILENCE = timedelta(minutes=1)
CANARY_SILENCE = timedelta(minutes=2)
LEAST_FREE_BYTES = 2 * 2**30
LEAST_FREE_SHARE = 0.05


class Health(StrEnum):
    """How something does, and the colour in which it is shown."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"


@dataclass(frozen=True)
class Queue:
    """A queue: messages that wait, workers that are there, and when one last took something."""

    name: str
    waiting_count: int
    worker_count: int
    served_at: datetime | None
    health: Health
    explanation: str


@dataclass(frozen=True)
class Beat:
    """Whether the schedule is being sent."""

    sent_at: datetime | None
    is_alive: bool


@dataclass(frozen=True)
class Disk:
    """A folder and the file system it lies on."""

    name: str
    folder: Path
    free_bytes: int
    used_bytes: int
    is_short: bool


@dataclass(frozen=True)
class Version:
    name: str
    version: str


def read_pulses() -> pulses.Pulses | None:
    """Return what Redis knows, or None where it does not answer."""
    try:
        return pulses.read([queue for worker in pipeline.WORKERS for queue in worker.queues])
    except RedisError:
        return None


def list_queues(known: pulses.Pulses, *, at: datetime) -> list[Queue]:
    """Return the queues with how they are served."""
    return [_make_queue(pulse, at=at) for pulse in known.queues]


def read_beat(*, at: datetime) -> Beat:
    """Return when beat last sent something."""
    sent_at = ScheduleSlot.objects.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return Beat(sent_at, is_alive=sent_at is not None and at - sent_at < BEAT_SILENCE)


def list_disks() -> list[Disk]:
    """Return where room may run short."""
    folders = {_("everything written at run time"): settings.VAR_DIR, _("the lake"): settings.LAKE_DIR}
    # A bucket has no end.
    return [_make_disk(name, folder) for name, folder in folders.items() if folder and folder.exists()]


def list_versions(known: pulses.Pulses | None) -> list[Version]:
    """Return what runs here."""
    return [
        Version("Lectern", _find_own_version()),
        Version("Python", platform.python_version()),
        *_find_database_versions(),
        Version("Redis", known.version if known else _("does not answer")),
        Version(_("speech"), f"{settings.TRANSCRIBER}, {settings.WHISPER_MODEL}"),
        Version(_("embeddings"), settings.EMBEDDING_MODEL),
        Version(_("tutor"), settings.CHAT_MODEL),
    ]


def _make_queue(pulse: pulses.QueuePulse, *, at: datetime) -> Queue:
    served_at = datetime.fromtimestamp(pulse.sung_at, tz=UTC) if pulse.sung_at else None
    is_heard = served_at is not None and at - served_at < CANARY_SILENCE
    if pulse.worker_count == 0:
        health, explanation = Health.BAD, _("no worker serves it")
    elif is_heard:
        health, explanation = Health.GOOD, _("served")
    else:
        health, explanation = Health.WAIT, _("its workers are busy: what waits is taken up after that")
    return Queue(pulse.name, pulse.waiting_count, pulse.worker_count, served_at, health, explanation)


def _make_disk(name: str, folder: Path) -> Disk:
    usage = shutil.disk_usage(folder)
    is_short = usage.free < LEAST_FREE_BYTES or usage.free < usage.total * LEAST_FREE_SHARE
    return Disk(name, folder, free_bytes=usage.free, used_bytes=usage.used, is_short=is_short)


@cache
def _find_own_version() -> str:
    try:
        return metadata.version("lectern")
    except metadata.PackageNotFoundError:
        pyproject = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(pyproject)["project"]["version"])


@cache
def _find_database_versions() -> tuple[Version, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(current_setting('server_version'), ' ', 1), "
            "(SELECT extversion FROM pg_extension WHERE extname = 'vector')"
        )
        server, vector = cursor.fetchone()
    return Version("PostgreSQL", server), Version("pgvector", vector)

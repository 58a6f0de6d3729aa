"""One recording of several pieces, heard by processes that a test may kill."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tests.transcripts import factories
from transcripts import services
from transcripts.models import State, Transcription

LECTURE = settings.BASE_DIR / "ingestion" / "sample_course" / "videos" / "dwWhy-0001x.opus"
# Short pieces, so that a short recording has many.
LISTENER = """
import sys, django
django.setup()
from transcripts import audio, services
audio.PIECE_SECONDS, audio.CUT_WITHIN_SECONDS = 10, 5
services.run_transcription(transcription_id=int(sys.argv[1]))
"""


def plan() -> Transcription:
    """Put the lecture into the lake, a video of its own, and return what is to be heard."""
    number = Transcription.objects.count()
    factories.make_media(factories.make_video(f"lecture-{number}"), LECTURE.read_bytes(), suffix=".opus")
    services.plan_transcriptions()
    return Transcription.objects.get(state=State.PENDING)


def hear(row: Transcription, *, lake: Path, kills: Iterable[float] = ()) -> list[tuple[object, ...]]:
    """Hear a recording to its end, killed once at each of the seconds, and return its segments."""
    for second in kills:
        listener = _start(row, lake=lake)
        while Transcription.objects.get(pk=row.pk).heard_until_seconds <= second:
            assert listener.poll() is None, "it ended before the kill"
            time.sleep(0.02)
        listener.kill()
        listener.wait()
        # As if the lease had run out meanwhile.
        Transcription.objects.filter(pk=row.pk).update(lease_expires_at=timezone.now())
    assert _start(row, lake=lake).wait() == 0
    row.refresh_from_db()
    segments = row.segments.order_by("position")
    return list(segments.values_list("position", "text", "start_seconds", "end_seconds", "gate_reason", "words"))


def _start(row: Transcription, *, lake: Path) -> "subprocess.Popen[bytes]":
    database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {
        "DATABASE_URL": database.geturl(),
        "LAKE_URL": str(lake),
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
    }
    return subprocess.Popen([sys.executable, "-c", LISTENER, str(row.pk)], cwd=settings.BASE_DIR, env=environment)

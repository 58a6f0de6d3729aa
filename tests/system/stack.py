"""A whole Lectern in a folder of its own, whose processes a test may kill."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
LECTURES = ("dwStar-002x", "dwKeys-004x")
COURSE = ROOT / "ingestion" / "sample_course" / "videos"

# What an undisturbed run and a disturbed one must agree on: everything but ids, times of day and attempts.
ROWS = {
    "payloads": "SELECT kind, external_id, payload_sha256 FROM raw_record",
    "sightings": "SELECT record.payload_sha256, observed_at FROM raw_observation JOIN raw_record record "
    "ON record.id = record_id",
    "media": "SELECT lake_key, sha256 FROM ingestion_mediafile",
    "transcriptions": "SELECT video.video_id, media_sha256, engine, digest, state, is_preferred, "
    "transcripts_transcription.duration_seconds "
    "FROM transcripts_transcription JOIN ingestion_video video ON video.id = transcripts_transcription.video_id",
    "segments": "SELECT transcription.digest, media_sha256, position, text, start_seconds, end_seconds, "
    "gate_reason, words FROM transcripts_segment JOIN transcripts_transcription transcription "
    "ON transcription.id = transcription_id",
    "snapshots": "SELECT * FROM mart_video_daily",
    "pace": "SELECT * FROM mart_speech_pace",
    "spoken facts": "SELECT count(*) FROM fct_transcript_segment",
    "chunks": "SELECT video.video_id, position, text, start_seconds, end_seconds "
    "FROM assistant_chunk JOIN ingestion_video video ON video.id = assistant_chunk.video_id",
    "sentences": "SELECT text, start_seconds, end_seconds, embedding::text FROM assistant_sentence",
}


class Stack:
    """Commands, workers and the database under one `var` folder."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.course = var_dir.parent / "course"
        self.environment = os.environ | {
            "VAR_DIR": str(var_dir),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "HF_HUB_OFFLINE": "1",
        }
        self.held = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v0", "-c", "import sys; sys.stdin.read()"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
        )

    def close(self) -> None:
        """Let the services go and end whatever is left."""
        self.held.communicate()
        for process in self.workers():
            process.kill()

    def copy(self, var_dir: Path) -> "Stack":
        """Return a stack that begins with all that this one, which is closed, has written."""
        deadline = time.monotonic() + 60
        while (self.var_dir / "services" / "postgres" / "postmaster.pid").exists():
            assert time.monotonic() < deadline, "the services do not stop"
            time.sleep(0.1)
        # The database's folder belongs to a user of its own.
        subprocess.run(["cp", "-a", str(self.var_dir), str(var_dir)], check=True)
        return Stack(var_dir)

    def manage(self, *arguments: str) -> str:
        """Run a command to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command and return at once."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes of this folder, parents and pool children."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            if "worker" in (process.info["cmdline"] or []) and "manage.py" in " ".join(process.info["cmdline"]):
                try:
                    if process.environ().get("VAR_DIR") == str(self.var_dir):
                        found.append(process)
                except psutil.Error:
                    continue
        return found

    def kill_workers(self) -> int:
        """Kill every worker process at once, with no chance to tidy up; return how many."""
        workers = self.workers()
        for process in workers:
            process.kill()
        psutil.wait_procs(workers, timeout=10)
        return len(workers)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        host = str(embedded.addresses(self.var_dir).postgres_socket_dir)
        with psycopg.connect(host=host, user="postgres", dbname=embedded.DATABASE_NAME) as session:
            return session.execute(sql.encode()).fetchall()

    def rows(self) -> "Rows":
        """Return what a disturbed run and an undisturbed one must agree on."""
        return {name: sorted(self.query(sql), key=repr) for name, sql in ROWS.items()}

    def lake(self) -> set[str]:
        """Return the names of the lake's objects."""
        lake = self.var_dir / "lake"
        return {str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file()}

    def lake_of_any_run(self) -> set[str]:
        """Return the names of the lake's objects without the time at which their run began."""
        return {re.sub(r"/\d{8}T\d{6}-", "/", name) for name in self.lake()}

    def kill_when(self, condition: Callable[[], bool], *, running: "subprocess.Popen[str]") -> bool:
        """Kill the workers as soon as a condition holds; return whether that came before the end."""
        while running.poll() is None:
            if condition():
                return self.kill_workers() > 0
            time.sleep(0.02)
        return False


Rows = dict[str, list[tuple[object, ...]]]


def difference(rows: Rows, others: Rows) -> dict[str, set[str]]:
    """Return the rows that only one of two runs has, by what they are."""
    pairs = {name: ({*map(repr, rows[name])}, {*map(repr, others[name])}) for name in rows}
    return {name: one ^ other for name, (one, other) in pairs.items() if one != other}


def write_course(folder: Path, *, video_ids: tuple[str, ...]) -> Path:
    """Copy some lectures of the sample course into a folder."""
    folder.mkdir()
    for video_id in video_ids:
        for path in COURSE.glob(f"{video_id}.*"):
            shutil.copy(path, folder)
    return folder

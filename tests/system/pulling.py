"""A subscription pulled by a real worker from an emulated YouTube, which a test may kill."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from ingestion.sources import data_api
from tests.emulators import youtube, youtube_world
from tests.system.stack import ROOT, Rows, Stack

VIDEO_COUNT = 600
PAGE_COUNT = VIDEO_COUNT // 50
# The channel itself, the pages of its list, the batches of its details.
LEAST_UNITS = 1 + 2 * PAGE_COUNT
DELAY_SECONDS = 0.4
MOST_SECONDS = 300

FOLLOW = """
from ingestion.following import subscriptions
from ingestion.models import Course
from ingestion.youtube import references
course = Course.objects.create(title="Followed")
subscriptions.follow(course=course, reference=references.parse("@channel0"))
"""
# As beat sends them.
TICK = """
import time
from contextlib import suppress
from ingestion import tasks
while True:
    with suppress(Exception):  # no broker: the next tick
        tasks.pull_due.delay()
        tasks.ask_pending.delay()
    time.sleep(1)
"""
COMMANDS = {"worker": ("worker", "--queues", "cpu.ingest"), "ticker": ("shell", "-v0", "-c", TICK)}
# A lease runs out in minutes, which no test waits for.
RELEASE = (
    "UPDATE ingestion_subscription SET lease_expires_at = now() WHERE lease_expires_at IS NOT NULL RETURNING 1",
)

# What an undisturbed pull and a disturbed one must agree on: everything but ids and times of day.
ROWS = {
    "payloads": "SELECT kind, external_id, payload_sha256 FROM raw_record",
    "sightings": "SELECT record.payload_sha256, count(*) FROM raw_observation "
    "JOIN raw_record record ON record.id = record_id GROUP BY record.payload_sha256",
    "videos": "SELECT video_id, title, availability, duration_seconds, view_count, published_at "
    "FROM ingestion_video",
    "changes": "SELECT video.video_id, change.availability, change.reason "
    "FROM ingestion_availabilitychange change JOIN ingestion_video video ON video.id = change.video_id",
    "listings": "SELECT video.video_id, is_wanted, reason FROM ingestion_listing listing "
    "JOIN ingestion_video video ON video.id = listing.video_id",
    "enquiries": "SELECT video.video_id, kind, asked_at IS NULL, attempt_count, enquiry.error "
    "FROM ingestion_enquiry enquiry JOIN ingestion_video video ON video.id = enquiry.video_id",
    "enrolled": "SELECT video.video_id FROM ingestion_course_videos enrolled "
    "JOIN ingestion_video video ON video.id = enrolled.video_id",
    "audio": "SELECT video.video_id FROM ingestion_audiofetch wanted JOIN ingestion_video video "
    "ON video.id = wanted.video_id",
    "subscription": "SELECT external_id, title, error, attempt_count, lease_expires_at IS NULL "
    "FROM ingestion_subscription",
    # A pass over what is due may end while the list is still being read: there are more of them then. How many
    # replies land together, and so how many objects there are, depends on when they come.
    "runs": "SELECT location, state, error, sum(page_count), sum(record_count), sum(observation_count), "
    "sum(rejected_count) FROM ingestion_run GROUP BY location, state, error",
    # Which fifty videos are asked about together depends on which pages have landed together.
    "lists": "SELECT method, subject, page_number, item_count FROM ingestion_apicall "
    "WHERE method <> 'videos.list' AND finished_at IS NOT NULL AND error = ''",
    "details": "SELECT item_count, count(*) FROM ingestion_apicall "
    "WHERE method = 'videos.list' AND finished_at IS NOT NULL AND error = '' GROUP BY item_count",
}
LISTED = "SELECT count(*) FROM ingestion_apicall WHERE method = 'playlistItems.list' AND finished_at IS NOT NULL"
IS_DONE = (
    f"SELECT ({LISTED}) = {PAGE_COUNT} AND NOT EXISTS (SELECT FROM ingestion_run WHERE state <> 'done') "
    "AND NOT EXISTS (SELECT FROM ingestion_enquiry WHERE kind = 'details' AND asked_at IS NULL)"
)
LANDED_UNITS = "SELECT sum(units) FROM ingestion_apicall WHERE finished_at IS NOT NULL AND error = ''"
# What two seconds bring to the list, and what is on its way about videos.
LOST_A_KILL = int(data_api.LONGEST_SECONDS / DELAY_SECONDS) + 2 + PAGE_COUNT
# A page that was asked for when it had landed already.
ASKED_AGAIN = (
    "SELECT later.method, later.subject, later.page_number FROM ingestion_apicall finished "
    "JOIN ingestion_apicall later USING (method, subject, page_number) "
    "WHERE finished.finished_at IS NOT NULL AND finished.error = '' AND later.id > finished.id"
)


class Pulling:
    """A stack whose worker pulls a channel from an emulated YouTube."""

    def __init__(self, folder: Path, server: youtube.Server) -> None:
        self.youtube = server.state
        self.log = folder / "worker.log"
        self.stack = Stack(folder / "var")
        self.stack.environment |= {"YOUTUBE_API_KEY": youtube.KEY, "YOUTUBE_API_ENDPOINT": server.endpoint}
        self.stack.manage("shell", "-v0", "-c", FOLLOW)
        self.processes = {name: self._start(name) for name in COMMANDS}

    def kill(self, name: str) -> None:
        """Kill the worker, the database or the broker; what a dead worker has left is free at once."""
        services = self.stack.var_dir / "services"
        if name == "worker":
            self._wait(lambda: self.stack.kill_workers() > 0)
            self.processes["worker"].wait()
        elif name == "postgres":
            # Its children go with it, as soon as they look.
            psutil.Process(int((services / "postgres" / "postmaster.pid").read_text().split()[0])).kill()
        else:
            places = {each.info["cwd"]: each for each in psutil.process_iter(["cwd"])}
            places[str(services / "valkey")].kill()
        self._wait(lambda: self.stack.query("SELECT 1") == [(1,)])
        for sql in RELEASE if name != "valkey" else ():
            self.stack.query(sql)
        self._revive()

    def kill_when(self, sql: str) -> None:
        """Kill the worker with no chance to tidy up as soon as a condition holds."""
        self._wait(lambda: self.stack.query(sql) == [(True,)])
        self.kill("worker")

    def finish(self) -> None:
        """Wait until everything is listed and asked about."""
        self._wait(lambda: self.stack.query(IS_DONE) == [(True,)])

    def close(self) -> None:
        self.processes["ticker"].kill()
        self.stack.kill_workers()
        for process in self.processes.values():
            process.wait()
        self.stack.close()

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + MOST_SECONDS
        while not self._holds(condition):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
            self._revive()

    def _revive(self) -> None:
        """Do as the supervisor does: what was killed, or found no database at its start, begins again."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        self.processes |= {name: self._start(name) for name in ended}

    def _holds(self, condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except psycopg.OperationalError:
            return False  # the database was killed, and starts again

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", *COMMANDS[name]],
                cwd=ROOT,
                env=self.stack.environment,
                stdout=log,
                stderr=log,
            )

    def rows(self) -> Rows:
        return {name: sorted(self.stack.query(sql), key=repr) for name, sql in ROWS.items()}

    def lake(self) -> set[str]:
        """Return the names of the raw objects."""
        folder = self.stack.var_dir / "lake"
        return {str(path.relative_to(folder)) for path in (folder / "raw").rglob("*") if path.is_file()}

    def told_of(self) -> set[str]:
        """Return the names of the raw objects that the sightings tell of."""
        return {str(key) for (key,) in self.stack.query("SELECT DISTINCT lake_key FROM raw_observation")}


@contextmanager
def pulling(folder: Path) -> Iterator[Pulling]:
    """Lend a stack that follows a channel, and an emulated YouTube of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    with youtube.serve(youtube_world.invent_world(VIDEO_COUNT)) as server:
        server.state.delay_seconds = DELAY_SECONDS
        pulled = Pulling(folder, server)
        try:
            yield pulled
        finally:
            pulled.close()

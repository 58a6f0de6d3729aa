"""What list pages cost an installation of 100,000 videos and 1,000,000 segments.

    python -m tests.benchmarks.scale
    python -m tests.benchmarks.scale --explain 300   # and the plan of every query that takes as many milliseconds

Each page is asked for once to warm up and 20 times more through Django's test client, in the process itself.
"""

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tests.benchmarks import scratch

REQUESTS = 20
VIDEOS = 100_000
SEGMENTS_EACH = 18
COURSE_ID = 1


@dataclass(frozen=True)
class Page:
    """A page and who asks for it."""

    name: str
    path: str
    role: str = "operator"


@dataclass(frozen=True)
class Cost:
    query_count: int
    database_ms: float
    p50_ms: float
    p95_ms: float
    slowest_sql: str
    slowest_ms: float


def list_pages(*, video_count: int) -> Iterator[Page]:
    library = {
        "library": "/",
        "library, page 100": "/?page=100",
        "library, failed only": "/?state=failed",
        "library, waiting only": "/?state=waiting",
        "library, most viewed": "/?order=views",
        "library, by title": "/?order=title",
        "library, title searched": "/?title=lecture+4242",
    }
    for name, path in library.items():
        yield Page(name, path)
        yield Page(name, path, role="student")
    yield Page("a course in the library", f"/?course={COURSE_ID}", role="student")
    video_id = f"v{video_count - 199:010}"  # in the student's course and among those with the most segments
    yield Page("video of 500 segments", f"/videos/{video_id}/")
    yield Page("video of 500 segments", f"/videos/{video_id}/", role="student")
    yield Page("status", "/status/")
    yield Page("course", f"/courses/{COURSE_ID}/")
    for app, model in (
        ("ingestion", "video"),
        ("ingestion", "rawrecord"),
        ("transcripts", "transcription"),
        ("transcripts", "segment"),
        ("warehouse", "dimvideo"),
        ("warehouse", "fcttranscriptsegment"),
        ("warehouse", "fctvideosnapshot"),
        ("warehouse", "martvideocurrent"),
    ):
        yield Page(f"admin: {model}", f"/admin/{app}/{model}/")
    yield Page("admin: fcttranscriptsegment, searched", f"/admin/warehouse/fcttranscriptsegment/?q={video_id}")
    yield Page("admin: video, searched", f"/admin/ingestion/video/?q={video_id}")
    yield Page("API: videos", "/api/v1/videos/")
    yield Page("API: mart video-current", "/api/v1/marts/video-current/?order=-view_count")
    yield Page("API: mart video-daily", "/api/v1/marts/video-daily/")
    yield Page("API: mart channel-totals", "/api/v1/marts/channel-totals/")
    yield Page("API: mart speech-pace", "/api/v1/marts/speech-pace/")


def fill(*, video_count: int) -> None:
    """Fill the database, statement by statement."""
    from django.db import connection

    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    parameters = {"videos": video_count, "segments_each": SEGMENTS_EACH}
    with connection.cursor() as cursor:
        for statement in filter(str.strip, text.split(";\n")):
            cursor.execute(statement, parameters)
        cursor.execute("vacuum analyze")


def sign_in() -> dict[str, Any]:
    """Return a client of each role: an operator sees everything, a student one course of 5,000 videos."""
    from django.contrib.auth.models import User
    from django.test import Client

    from ingestion.models import Membership

    users = {"operator": User.objects.create_superuser("operator"), "student": User.objects.create_user("student")}
    Membership.objects.create(course_id=COURSE_ID, user=users["student"])
    clients = {role: Client(headers={"host": "localhost"}) for role in users}
    for role, user in users.items():
        clients[role].force_login(user)
    return clients


def measure(page: Page, client: Any) -> Cost:
    """Ask for a page again and again."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        response = client.get(page.path)
    asked = queries.captured_queries  # the next request empties the log
    assert response.status_code == 200, f"{page.path} answers {response.status_code}"
    seconds = []
    for _ in range(REQUESTS):
        began_at = time.perf_counter()
        client.get(page.path)
        seconds.append(time.perf_counter() - began_at)
    slowest = max(asked, key=lambda query: float(query["time"]))
    return Cost(
        query_count=len(asked),
        database_ms=sum(float(query["time"]) for query in asked) * 1000,
        p50_ms=statistics.median(seconds) * 1000,
        p95_ms=statistics.quantiles(seconds, n=20)[-1] * 1000,
        slowest_sql=slowest["sql"],
        slowest_ms=float(slowest["time"]) * 1000,
    )


@contextmanager
def without_throttles() -> Iterator[None]:
    from rest_framework.views import APIView

    with mock.patch.object(APIView, "check_throttles"):
        yield


def explain(statement: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("explain (analyze, buffers) " + statement)
        return "\n".join(line for (line,) in cursor.fetchall())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--explain", type=float, metavar="MS", help="print the plan of queries slower than this")
    parser.add_argument(
        "--videos", type=int, default=VIDEOS, help="how many; segments are about ten times as many"
    )
    parser.add_argument("--only", default="", metavar="WORDS", help="measure the pages whose name holds these")
    options = parser.parse_args()
    scratch.set_up()
    with scratch.empty_database(), without_throttles():
        began_at = time.perf_counter()
        fill(video_count=options.videos)
        clients = sign_in()
        print(f"filled in {time.perf_counter() - began_at:.0f} s\n")
        print(f"{'page':40} {'asked by':9} {'queries':>7} {'database ms':>11} {'p50 ms':>8} {'p95 ms':>8}")
        costs = {}
        for page in list_pages(video_count=options.videos):
            if options.only not in page.name:
                continue
            cost = costs[page] = measure(page, clients[page.role])
            print(
                f"{page.name:40} {page.role:9} {cost.query_count:7} {cost.database_ms:11.0f}"
                f" {cost.p50_ms:8.0f} {cost.p95_ms:8.0f}",
                flush=True,
            )
        for page, cost in costs.items():
            if options.explain and cost.slowest_ms >= options.explain:
                print(f"\n{page.name} ({page.role}), {cost.slowest_ms:.0f} ms:\n{cost.slowest_sql}\n")
                print(explain(cost.slowest_sql))
    summary = {
        f"{page.name} ({page.role})": [cost.query_count, round(cost.p95_ms)] for page, cost in costs.items()
    }
    print(json.dumps({"videos": options.videos, "queries and p95 ms": summary}))


if __name__ == "__main__":
    main()

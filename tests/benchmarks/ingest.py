"""A first pull of a whole channel beside a bare loop of the same client over the same pages.

    python -m tests.benchmarks.ingest
    python -m tests.benchmarks.ingest --videos 1000

An emulator of the Data API serves channels of 10, 1,000 and 100,000 videos. Lectern follows the channel and asks
for the details of its videos, with ledger, contracts, lake and catalogue, each in a process of its own, as the
workers of an installation do; the loop asks for the same pages with Google's client and copies their items into a
table of an id and a payload. Rows are the items of the playlist and the videos; memory is the peak of the larger
process, in MiB. The two take turns, and the median of three counts where a pull takes seconds.
"""

import argparse
import json
import math
import os
import resource
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.benchmarks import scratch

COUNTS = (10, 1_000, 100_000)
PAGE = 50
# Beat's own tick is longer still.
TICK_SECONDS = 0.2
TURNS = {10: 3, 1_000: 3, 100_000: 1}


@contextmanager
def emulate(video_count: int) -> Iterator[dict]:
    """Serve a channel from a process of its own; yield its endpoint, key and channels."""
    command = [sys.executable, "-m", "tests.emulators.youtube", "--videos", str(video_count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def least_units(video_count: int) -> int:
    """Return what a channel costs at the least: itself, its list and the details of its videos."""
    return 1 + 2 * math.ceil(video_count / PAGE)


def run_child(way: str, api: dict) -> dict:
    """Pull in a new process with an empty database and lake, and return its figures."""
    with tempfile.TemporaryDirectory() as lake:
        environment = os.environ | {
            "YOUTUBE_API_ENDPOINT": api["endpoint"],
            "YOUTUBE_API_KEY": api["key"],
            "LAKE_URL": lake,
        }
        command = [sys.executable, "-m", "tests.benchmarks.ingest", "--way", way, "--channel", api["channels"][0]]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def pull(channel_id: str) -> dict:
    """Follow the channel in a course while another process asks about its videos."""
    from django.db.models import Sum

    from ingestion.following import pulls, subscriptions
    from ingestion.models import ApiCall, Course, RawRecord, Video
    from ingestion.youtube import references

    course = Course.objects.create(title="Everything")
    reference = references.parse(channel_id)
    with asking() as asker:
        started = time.perf_counter()
        subscription = subscriptions.follow(course=course, reference=reference)
        pulls.pull_subscription(subscription_id=subscription.pk)
        said, _ = asker.communicate()
        seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "rows": RawRecord.objects.filter(kind__in=("playlist_item", "video")).count(),
        "videos": Video.objects.exclude(described_at=None).count(),
        "units": ApiCall.objects.aggregate(units=Sum("units"))["units"],
        "asker_mib": json.loads(said)["peak_mib"],
    }


@contextmanager
def asking() -> Iterator["subprocess.Popen[str]"]:
    """Run a process that asks about videos in this one's database until its input ends and nothing is due."""
    from django.conf import settings
    from django.db import connection

    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    command = [sys.executable, "-m", "tests.benchmarks.ingest", "--way", "asker"]
    process = subprocess.Popen(
        command, env=os.environ | {"DATABASE_URL": url}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()  # it is ready
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ask() -> dict:
    """Ask about videos, calls that are full first, until nobody lists any more."""
    from ingestion.following import enquiries

    print("ready", flush=True)
    is_over = False
    while True:
        run = enquiries.ask_now(is_patient=not is_over)
        if run is None and is_over:
            return {}
        is_over = is_over or bool(select.select([sys.stdin], [], [], TICK_SECONDS)[0])


def loop(channel_id: str) -> dict:
    """Ask for the same pages and copy what they hold."""
    from django.conf import settings
    from django.db import connection
    from googleapiclient import discovery

    options = {"api_endpoint": settings.YOUTUBE_API_ENDPOINT}
    key = settings.YOUTUBE_API_KEY
    started = time.perf_counter()
    api = discovery.build("youtube", "v3", developerKey=key, client_options=options, static_discovery=True)
    items, rows = api.playlistItems(), []
    channel = api.channels().list(part="contentDetails", id=channel_id).execute()["items"][0]
    uploads = channel["contentDetails"]["relatedPlaylists"]["uploads"]
    token = None
    while True:
        parts = "snippet,contentDetails,status"
        page = items.list(part=parts, playlistId=uploads, maxResults=PAGE, pageToken=token).execute()
        rows += page["items"]
        token = page.get("nextPageToken")
        if not token:
            break
    ids = [item["snippet"]["resourceId"]["videoId"] for item in rows]
    parts = "snippet,contentDetails,statistics,status,topicDetails,liveStreamingDetails"
    for first in range(0, len(ids), PAGE):
        rows += api.videos().list(part=parts, id=",".join(ids[first : first + PAGE])).execute()["items"]
    with connection.cursor() as cursor:
        cursor.execute("create table bare (id text, payload jsonb)")
        with cursor.copy("copy bare from stdin") as copy:
            for row in rows:
                copy.write_row((row["id"], json.dumps(row)))
    return {"seconds": time.perf_counter() - started, "rows": len(rows), "videos": len(ids)}


def run_way(way: str, channel_id: str) -> None:
    scratch.set_up()
    if way == "asker":
        figures = ask()
    else:
        with scratch.empty_database():
            figures = {"lectern": pull, "loop": loop}[way](channel_id)
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def measure(video_count: int) -> dict:
    turns: dict[str, list[dict]] = {"loop": [], "lectern": []}
    with emulate(video_count) as api:
        for _ in range(TURNS.get(video_count, 1)):
            for way, figures in turns.items():
                figures.append(run_child(way, api))
    speeds = {way: statistics.median(each["rows"] / each["seconds"] for each in turns[way]) for way in turns}
    last = turns["lectern"][-1]
    return {
        "videos": last["videos"],
        "units": last["units"],
        "least_units": least_units(video_count),
        "loop_ratio": round(speeds["lectern"] / speeds["loop"], 2),
        "peak_mib": round(max(max(each["peak_mib"], each["asker_mib"]) for each in turns["lectern"])),
        "rows_per_second": round(speeds["lectern"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, action="append", help="how many; may be said again")
    parser.add_argument("--way", choices=("lectern", "loop", "asker"), help=argparse.SUPPRESS)
    parser.add_argument("--channel", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        run_way(options.way, options.channel)
        return
    measured = []
    for count in options.videos or COUNTS:
        measured.append(measure(count))
        print(json.dumps(measured[-1]), flush=True)
    names = ("videos", "units", "least_units", "loop_ratio", "peak_mib")
    print(json.dumps({name: [each[name] for each in measured] for name in names}))


if __name__ == "__main__":
    main()

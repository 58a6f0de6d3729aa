import os
from datetime import timedelta

import pytest
from django.db import connection

from ingestion import locks, queues, tasks
from ingestion.audio import claims, delays, fetching, scratch
from ingestion.models import AudioFetch, Availability, FetchReason
from tests.ingestion.audio.conftest import NOON, abandon, fetch, want

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.YT_DLP_PARALLEL = 2


@pytest.fixture
def cookies(settings, tmp_path):
    """A cookies file; `write` puts a new one there."""

    def write(at):
        path = tmp_path / "cookies.txt"
        path.write_text("# Netscape HTTP Cookie File\n")
        os.utime(path, (at.timestamp(), at.timestamp()))

    settings.YT_DLP_COOKIES_FILE = str(tmp_path / "cookies.txt")
    write(NOON - HOUR)
    return write


def wait(video_id, *, reason="network", next_attempt_at=NOON, attempted_at=NOON - HOUR):
    return want(video_id, reason=reason, next_attempt_at=next_attempt_at, attempted_at=attempted_at)


def next_up(clock):
    return [AudioFetch.objects.get(video=pk).video.video_id for pk in fetching.find_next(clock=clock)]


def test_what_has_waited_longest_is_next_and_no_more_than_may_be_fetched_at_once(clock):
    for number in (3, 1, 2):
        want(f"lecture-00{number}", next_attempt_at=NOON - number * HOUR)
    assert next_up(clock) == ["lecture-003", "lecture-002"]


def test_what_is_being_fetched_takes_a_place(clock):
    for name in ("lecture-001", "lecture-002", "lecture-003"):
        want(name)
    claims.take(video_pk=fetching.find_next(clock=clock)[0], now=clock())
    assert next_up(clock) == ["lecture-002"]


def test_what_a_dead_worker_left_takes_no_place_and_is_next_again(clock):
    abandon(want("lecture-001"), clock)
    assert next_up(clock) == ["lecture-001"]


def test_what_is_not_due_is_done_refused_or_removed_is_not_next(clock):
    want("lecture-001", next_attempt_at=NOON + HOUR)
    want("lecture-002", state="done")
    want("lecture-003", state="refused")
    removed = want("lecture-004").video
    removed.availability, removed.removed_at = Availability.REMOVED, NOON
    removed.save()
    assert next_up(clock) == []


def test_with_fetching_switched_off_nothing_is_next(clock, settings):
    settings.YT_DLP_PARALLEL = 0
    row = want("lecture-001")
    assert next_up(clock) == []
    assert fetch(row, clock).state == "pending"


@pytest.mark.parametrize("reason", ["bot_check", "rate_limited", "cookies_expired"])
def test_while_the_site_refuses_everyone_nobody_else_is_sent(clock, reason):
    for number in range(5):
        want(f"lecture-00{number}", next_attempt_at=NOON - HOUR)
    wait("refused-001", reason=reason, next_attempt_at=NOON + HOUR)
    assert next_up(clock) == []
    clock.pass_time(hours=1)
    assert next_up(clock)[0] == "refused-001"


@pytest.mark.parametrize("reason", [reason for reason in FetchReason if reason not in delays.STOPPING])
def test_a_failure_of_one_stops_no_other(clock, reason):
    want("lecture-001")
    wait("failed-0001", reason=reason, next_attempt_at=NOON + HOUR)
    assert next_up(clock) == ["lecture-001"]


def test_while_the_disk_is_full_nothing_is_next(clock, settings):
    want("lecture-001")
    settings.YT_DLP_LEAST_FREE_MIB = 10**12
    assert next_up(clock) == []


def test_new_cookies_wake_what_waits_for_them(clock, cookies):
    rows = [wait(f"lecture-{n:03}", reason=reason, next_attempt_at=NOON + 9 * HOUR)
            for n, reason in enumerate(FetchReason)]  # fmt: skip
    fetching.tidy_up(clock=clock)
    assert not AudioFetch.objects.filter(next_attempt_at__lte=NOON).exists()
    cookies(NOON)
    fetching.tidy_up(clock=clock)
    woken = AudioFetch.objects.filter(next_attempt_at__lte=NOON).values_list("reason", flat=True)
    assert set(woken) == delays.CURED_BY_COOKIES
    assert len(rows) == len(FetchReason)


def test_cookies_wake_what_waits_once(clock, cookies):
    row = wait("lecture-001", reason="cookies_expired", next_attempt_at=NOON + HOUR)
    cookies(NOON)
    fetching.tidy_up(clock=clock)
    AudioFetch.objects.update(next_attempt_at=NOON + HOUR, attempted_at=NOON + HOUR / 2)
    fetching.tidy_up(clock=clock)
    row.refresh_from_db()
    assert row.next_attempt_at == NOON + HOUR


def test_nobody_waits_for_cookies_that_are_no_longer_set(clock, settings):
    settings.YT_DLP_COOKIES_FILE = ""
    wait("lecture-001", reason="cookies_expired", next_attempt_at=NOON + HOUR)
    wait("lecture-002", reason="age_limited", next_attempt_at=NOON + HOUR)
    fetching.tidy_up(clock=clock)
    assert next_up(clock) == ["lecture-001"]


def test_a_cookies_file_that_is_missing_wakes_nobody(clock, settings, tmp_path):
    settings.YT_DLP_COOKIES_FILE = str(tmp_path / "none.txt")
    wait("lecture-001", reason="cookies_expired", next_attempt_at=NOON + HOUR)
    fetching.tidy_up(clock=clock)
    assert next_up(clock) == []


def test_a_tick_deletes_the_folders_of_the_dead(clock):
    claim = claims.take(video_pk=want().video_id, now=NOON)
    with scratch.hold(claim) as folder:
        fetching.tidy_up(clock=clock)
        assert folder.exists()
        clock.pass_time(minutes=3)
        fetching.tidy_up(clock=clock)
        assert not folder.exists()


@pytest.mark.parametrize("state", ["refused", "pending"])
def test_an_operator_lets_it_be_tried_again_from_the_start(clock, state):
    row = wait("lecture-001", reason="gone", next_attempt_at=NOON + HOUR)
    AudioFetch.objects.update(state=state, failure_count=4, attempt_count=4, error="Private", finished_at=NOON)
    fetching.try_again(fetch_id=row.pk, clock=clock)
    row.refresh_from_db()
    assert (row.state, row.reason, row.error, row.failure_count, row.finished_at) == ("pending", "", "", 0, None)
    assert row.attempt_count == 4  # the fence against a worker that was thought dead
    assert next_up(clock) == ["lecture-001"]


@pytest.mark.parametrize("state", ["running", "done"])
def test_what_is_under_way_or_done_is_not_tried_again(clock, state):
    row = want("lecture-001", state=state)
    with pytest.raises(fetching.NotRepeatableError, match=r"^Only what waits"):
        fetching.try_again(fetch_id=row.pk, clock=clock)


@pytest.mark.django_db(transaction=True)
def test_no_more_are_fetched_at_once_than_may_be(clock, settings):
    import psycopg

    row, database = want(), connection.settings_dict
    with psycopg.connect(
        dbname=database["NAME"], user=database["USER"], **settings.DATABASES["default"]["OPTIONS"]
    ) as other:
        for number in range(settings.YT_DLP_PARALLEL):
            other.execute("SELECT pg_advisory_lock(%s)", [locks.key_of(f"{fetching.SLOT} {number}")])
        assert fetch(row, clock).attempt_count == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [locks.key_of(f"{fetching.SLOT} 1")])
        fetch(row, clock)
    assert row.attempt_count == 1


@pytest.fixture
def sent(monkeypatch):
    """Videos that a worker was told of, instead of telling one."""
    told = []
    monkeypatch.setattr(tasks.fetch_audio, "delay_on_commit", lambda **options: told.append(options))
    return told


@pytest.mark.parametrize("has_room", [True, False])
def test_the_tick_publishes_what_is_next_if_the_queue_has_room(monkeypatch, sent, has_room):
    monkeypatch.setattr(queues, "has_room_for", lambda task: has_room)
    row = want(next_attempt_at=NOON - 365 * 24 * HOUR)
    tasks.fetch_pending()
    assert sent == ([{"video_id": row.video_id}] if has_room else [])


def test_the_task_fetches(clock, monkeypatch):
    called = []
    monkeypatch.setattr(fetching, "fetch_audio", lambda **options: called.append(options))
    tasks.fetch_audio(video_id=7)
    assert called == [{"video_id": 7}]

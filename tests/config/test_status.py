from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from config import attention, pulses, roles, schedule, status
from config.models import ScheduleSlot
from config.roles import Role
from config.status import machines, stages
from config.views import status as views
from ingestion import drift
from ingestion.models import (
    ContractDrift,
    Course,
    IngestionRun,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    RunState,
    Subscription,
    Video,
)
from transcripts import transcribers
from transcripts.models import State, Transcription

pytestmark = pytest.mark.django_db

QUEUES = ["cpu.default", "cpu.ingest", "gpu.embed", "gpu.transcribe", "gpu.train", "gpu.answer"]


@pytest.fixture
def operator():
    user = User.objects.create_user("operator")
    roles.give(user=user, role=Role.OPERATOR)
    return user


@pytest.fixture(autouse=True)
def served(monkeypatch):
    """Redis as it is where every queue is served; a test may change it."""
    known = {
        "queues": [pulses.QueuePulse(name, 0, 1, timezone.now().timestamp()) for name in QUEUES],
    }

    def read(names):
        if known["queues"] is None:
            raise RedisConnectionError
        return pulses.Pulses(queues=tuple(known["queues"]), version="valkey 9.0.0", used_bytes=1)

    monkeypatch.setattr(pulses, "read", read)
    monkeypatch.setattr(stages, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr(stages, "PROGRESS_SHARE", 0)
    ScheduleSlot.objects.create(name="one", due_at=timezone.now())
    return known


def make_transcription(name, *, digest="of other settings", **fields):
    video = Video.objects.create(video_id=name, title=f"Lecture <b>{name}</b>")
    return Transcription.objects.create(video=video, digest=digest, engine="faster_whisper", **fields)


def titles():
    return [concern.title for concern in status.read(at=timezone.now()).concerns]


def test_operators_alone_see_it(client, operator):
    assert client.get("/status/").status_code == 302
    student = User.objects.create_user("student")
    client.force_login(student)
    assert client.get("/status/").status_code == 403
    assert client.get("/api/v1/status/").status_code == 403
    client.force_login(operator)
    assert client.get("/status/").status_code == 200
    assert client.get("/api/v1/status/").status_code == 200


def test_all_is_well_where_nothing_needs_a_person(client, operator):
    schedule.seed()
    client.force_login(operator)
    response = client.get("/status/")
    assert status.read(at=timezone.now()).concerns == []
    assert "All is well" in response.content.decode()


def test_fields_that_came_or_went_are_told_until_somebody_accepts_them(client, operator):
    ContractDrift.objects.create(contract="youtube_api.video", path="statistics.<b>hype", example='"<i>12"')
    ContractDrift.objects.create(contract="youtube_api.video", path="snippet.title", is_vanished=True)
    client.force_login(operator)
    page = client.get("/status/").content.decode()
    assert "Fields that came or went" in page
    assert "statistics.&lt;b&gt;hype" in page
    told = client.get("/api/v1/status/").json()["drifts"]
    assert [(drift["path"], drift["is_vanished"], drift["example"]) for drift in told] == [
        ("snippet.title", True, ""),
        ("statistics.<b>hype", False, '"<i>12"'),
    ]
    assert "fields of payloads that came or went" in titles()
    drift.accept(now=timezone.now())
    assert "Fields that came or went" not in client.get("/status/").content.decode()
    assert "fields of payloads that came or went" not in titles()


def test_a_payload_that_landed_after_all_needs_nobody(operator):
    run = IngestionRun.objects.create(source="youtube_api", location="x", state=RunState.DONE)
    row = RawRejectedRecord.objects.create(run=run, source="youtube_api", contract="c", reason="r", payload="{}")
    assert "payloads refused in the last seven days" in titles()
    RawRejectedRecord.objects.filter(pk=row.pk).update(replayed_at=timezone.now())
    assert "payloads refused in the last seven days" not in titles()


def test_a_failed_transcription_is_told_with_its_reason_and_what_follows(client, operator):
    make_transcription("one", state=State.FAILED, reason="The file <is> broken.")
    client.force_login(operator)
    page = client.get("/status/").content.decode()
    assert "This needs a person" in page
    assert "transcriptions that failed (1)" in page
    assert "The file &lt;is&gt; broken." in page
    assert "none: send it again" in page
    assert "<b>one</b>" not in page


def test_a_backlog_is_split_by_where_it_stands():
    at = timezone.now()
    make_transcription("one", state=State.DONE, finished_at=at)
    make_transcription("two", state=State.RUNNING, lease_expires_at=at + timedelta(minutes=1))
    make_transcription("three", state=State.RUNNING, lease_expires_at=at - timedelta(minutes=1))
    make_transcription("four", state=State.FAILED, digest=transcribers.get(settings.TRANSCRIBER).digest)
    make_transcription("five", state=State.FAILED)
    stage = {stage.name: stage for stage in stages.list_stages(at=at)}["transcribe"]
    assert (stage.done_count, stage.running_count, stage.failed_count) == (1, 1, 1)
    # Of those waiting one has lost its worker, and four videos were not planned with today's transcriber.
    assert stage.waiting_count == 5


def test_a_pull_that_failed_is_counted_and_its_next_attempt_is_told():
    at = timezone.now()
    course = Course.objects.create(title="Algebra")
    row = Subscription.objects.create(
        course=course, kind="video", reference="v", next_pull_at=at + timedelta(minutes=1)
    )
    failed = {"source": "yt_dlp", "state": RunState.FAILED, "error": "Not a person.", "finished_at": at}
    run = IngestionRun.objects.create(location="a", subscription=row, **failed)
    IngestionRun.objects.create(location="b", **failed | {"finished_at": at - timedelta(days=8)})
    record = RawRecord.objects.create(
        source="yt_dlp", kind="info", external_id="v", payload={}, payload_sha256="x", fetched_at=at
    )
    RawObservation.objects.create(run=run, record=record, observed_at=at, lake_key="k")
    ingest = stages.list_stages(at=at)[0]
    assert (ingest.failed_count, ingest.done_count, ingest.row_count) == (2, 0, 1)
    told = {trouble.what: trouble.next_attempt for trouble in stages.find_troubles(at=at)}
    assert told == {"a": "in 60 seconds", "b": "when it is asked for again"}
    assert [each.count for each in attention.find_concerns(at=at) if each.title == "pulls that failed"] == [1]


def test_the_same_queries_serve_however_much_there_is(client, operator):
    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            status.read(at=timezone.now())
        return len(queries)

    status.read(at=timezone.now())
    few = count_queries()
    for number in range(30):
        make_transcription(f"v{number}", state=State.FAILED, reason="broken")
        IngestionRun.objects.create(source="folder", location=f"/{number}", state=RunState.FAILED, error="gone")
    assert count_queries() == few


def test_a_queue_without_a_worker_needs_a_person(served):
    served["queues"][0] = pulses.QueuePulse("cpu.default", 3, 0, None)
    read = status.read(at=timezone.now())
    assert read.queues[0].health == machines.Health.BAD
    assert "queues that no worker serves" in titles()


def test_a_worker_that_is_busy_is_no_fault(served):
    long_ago = (timezone.now() - timedelta(hours=1)).timestamp()
    served["queues"][0] = pulses.QueuePulse("cpu.default", 3, 1, long_ago)
    assert status.read(at=timezone.now()).queues[0].health == machines.Health.WAIT
    assert "queues that no worker serves" not in titles()


def test_the_page_is_there_while_redis_is_away(served, client, operator):
    served["queues"] = None
    client.force_login(operator)
    assert "Redis does not answer" in client.get("/status/").content.decode()


def test_silent_beat_and_a_short_disk_need_a_person(monkeypatch):
    ScheduleSlot.objects.update(sent_at=timezone.now() - timedelta(minutes=5))
    monkeypatch.setattr(machines, "LEAST_FREE_BYTES", 2**80)
    assert "beat has stopped: no stage is told to look for work" in titles()
    assert "disks that are nearly full" in titles()


def test_work_that_waits_while_nothing_comes_is_stuck():
    at = timezone.now()
    make_transcription("one", state=State.DONE, finished_at=at - timedelta(hours=2))
    freshness = {new.what: new for new in stages.find_freshness(stages.list_stages(at=at), at=at)}
    assert freshness["newest transcript"].is_stuck
    assert freshness["newest sighting of a source"].is_stale


def test_a_task_is_run_now_by_operators_alone(client, operator, monkeypatch):
    sent = []
    monkeypatch.setattr(schedule, "run_now", sent.append)
    schedule.seed()
    task = PeriodicTask.objects.get(name="embed")
    client.force_login(User.objects.create_user("student"))
    assert client.post(reverse("run_now", args=[task.pk])).status_code == 403
    client.force_login(operator)
    assert client.get(reverse("run_now", args=[task.pk])).status_code == 405
    response = client.post(reverse("run_now", args=[task.pk]), follow=True)
    assert sent == [task]
    assert "“embed” has been sent" in response.content.decode()
    assert client.post(reverse("run_now", args=[10**9])).status_code == 404


@pytest.mark.parametrize(
    ("error", "words"),
    [(OperationalError("refused"), "Redis does not answer"), (schedule.UnknownTaskError("No app."), "No app.")],
)
def test_a_task_that_cannot_be_run_is_said(client, operator, monkeypatch, error, words):
    def refuse(task):
        raise error

    monkeypatch.setattr(views.schedule, "run_now", refuse)
    schedule.seed()
    client.force_login(operator)
    response = client.post(reverse("run_now", args=[PeriodicTask.objects.get(name="embed").pk]), follow=True)
    assert words in response.content.decode()


def test_a_refresh_brings_the_body_alone_and_may_be_paused(client, operator):
    client.force_login(operator)
    assert "<html" not in client.get("/status/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" in client.get("/status/").content.decode()
    assert "hx-trigger" not in client.get("/status/?pause").content.decode()


def test_a_large_number_is_not_counted_to_its_end(monkeypatch):
    monkeypatch.setattr(attention, "MOST_COUNTED", 2)
    for number in range(5):
        make_transcription(f"v{number}", state=State.FAILED)
    (concern,) = attention.find_concerns(at=timezone.now())
    assert concern.count_text == "2+"


def test_a_slow_count_serves_for_longer(monkeypatch):
    kept = []
    monkeypatch.setattr(stages, "PROGRESS_SECONDS", 5)
    monkeypatch.setattr(stages, "PROGRESS_SHARE", 40)
    monkeypatch.setattr(stages.cache, "get", lambda key: None)
    monkeypatch.setattr(stages.cache, "set", lambda key, value, seconds: kept.append(seconds))
    moments = iter([0.0, 0.01, 10.0, 12.0, 20.0, 20.0, 30.0, 30.0])
    monkeypatch.setattr(stages.time, "monotonic", lambda: next(moments))
    stages.list_stages(at=timezone.now())
    assert kept == [5, 80, 5, 5]


def test_what_needs_a_person_stands_first_and_what_needs_nobody_is_folded(client, operator, served):
    make_transcription("odd", state=State.FAILED, reason="Died thrice.")
    schedule.seed()
    client.force_login(operator)
    page = client.get("/status/").content.decode()
    places = [page.index(f'id="{name}"') for name in ("headline", "troubles", "stages", "workers", "schedule")]
    assert places == sorted(places)
    assert '<details class="fold" id="fold-workers">' in page
    assert '<details class="fold" id="fold-schedule">' in page
    served["queues"] = None
    PeriodicTask.objects.all().delete()
    page = client.get("/status/").content.decode()
    assert '<details class="fold" id="fold-workers" open>' in page
    assert '<details class="fold" id="fold-schedule" open>' in page

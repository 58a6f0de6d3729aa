from datetime import timedelta

import celery
import pytest
from django.db import OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from ingestion import adding, courses, locks, roots, services
from ingestion.models import Course, FolderRequest, IngestionRun, Membership, RequestState
from tests.ingestion import folders, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher():
    return people.make_teacher()


@pytest.fixture
def physics(inbox):
    folders.write_info(inbox / "physics", folders.info(), audio=b"speech")
    return inbox / "physics"


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def ask(teacher, **options):
    return adding.request_folder(**{"folder": "physics", "user": teacher, "course_title": "Physics"} | options)


def later(minutes):
    return lambda: timezone.now() + timedelta(minutes=minutes)


def test_a_request_is_a_row_and_a_course_of_the_persons_own(teacher, physics, sent, committing):
    with committing(execute=True):
        request = ask(teacher)
    assert sent == [request.pk]
    assert (request.state, request.folder) == (RequestState.PENDING, str(physics))
    assert list(Course.objects.led_by(teacher)) == [request.course]


def test_asked_for_twice_it_is_one_request(teacher, physics, sent):
    assert ask(teacher) == ask(teacher)
    assert Membership.objects.count() == 1


def test_a_course_of_others_is_not_entered_by_its_title(teacher, physics, sent):
    people.make_course("Physics", people.make_teacher("other"))
    with pytest.raises(courses.CourseError, match="There is a course of this title already"):
        ask(teacher)
    assert not FolderRequest.objects.exists()


def test_a_folder_outside_leaves_no_course_behind(teacher, inbox, sent):
    with pytest.raises(roots.RefusedFolderError):
        ask(teacher, folder="/etc")
    assert not Course.objects.exists()


def test_a_worker_lands_it_in_the_course(teacher, physics, sent):
    request = ask(teacher)
    adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.error, request.file_count) == (RequestState.DONE, "", 1)
    assert request.finished_at is not None
    assert request.runs.get().record_count == 1
    assert [video.video_id for video in request.course.videos.all()] == ["abcdefghijk"]
    assert list(Course.objects.all()) == [request.course]


def test_a_course_renamed_meanwhile_still_gets_its_lectures(teacher, physics, sent, monkeypatch):
    request = ask(teacher)
    pull = services.ingest_folder

    def rename_first(**options):
        Course.objects.update(title="Mechanics")
        return pull(**options)

    monkeypatch.setattr(services, "ingest_folder", rename_first)
    adding.ingest_requested(request_id=request.pk)
    assert Course.objects.get().videos.count() == 1


def test_a_course_made_by_hand_takes_the_language_of_its_first_lecture(teacher, inbox, sent):
    folders.write_info(inbox / "physics", folders.info(language="de"))
    adding.ingest_requested(request_id=ask(teacher).pk)
    assert Course.objects.get().language == "de"


def test_a_message_that_comes_twice_changes_nothing(teacher, physics, sent):
    request = ask(teacher)
    for _ in range(2):
        adding.ingest_requested(request_id=request.pk)
    assert IngestionRun.objects.count() == 1
    adding.ingest_requested(request_id=10**9)


def test_what_cannot_be_read_fails_with_its_reason_and_may_be_tried_again(teacher, inbox, sent):
    (inbox / "physics").mkdir()
    request = ask(teacher)
    adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.FAILED
    assert "holds neither" in request.error
    folders.write_info(inbox / "physics", folders.info())
    adding.try_again(request_id=request.pk)
    adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.error) == (RequestState.DONE, "")


def test_only_what_failed_is_tried_again_and_once_at_a_time(teacher, inbox, sent):
    (inbox / "physics").mkdir()
    request = ask(teacher)
    with pytest.raises(adding.NotRepeatableError):
        adding.try_again(request_id=request.pk)
    adding.ingest_requested(request_id=request.pk)
    ask(teacher)
    with pytest.raises(adding.NotRepeatableError):
        adding.try_again(request_id=request.pk)


def test_a_link_out_that_came_later_is_refused(teacher, physics, sent, tmp_path):
    request = ask(teacher)
    (tmp_path / "secret").write_text("secret")
    (physics / "abcdefghijk.m4a").symlink_to(tmp_path / "secret")
    adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.FAILED
    assert "outside" in request.error


def test_a_course_that_is_gone_fails_with_a_sentence(teacher, physics, sent):
    request = ask(teacher)
    request.course.delete()
    adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.error) == (RequestState.FAILED, "The course of this folder is gone.")


def test_an_unforeseen_error_is_told_and_raised(teacher, physics, sent, monkeypatch):
    monkeypatch.setattr(services, "ingest_folder", lambda **options: 1 / 0)
    request = ask(teacher)
    with pytest.raises(ZeroDivisionError):
        adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.error) == (RequestState.FAILED, "division by zero")


def test_a_folder_being_read_by_another_waits_and_costs_no_attempt(teacher, physics, sent, monkeypatch):
    def refuse(**options):
        raise locks.AlreadyRunningError("Another process is at it.")

    monkeypatch.setattr(services, "ingest_folder", refuse)
    request = ask(teacher)
    for _ in range(5):
        adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.error) == (RequestState.PENDING, "Another process is at it.")
    monkeypatch.undo()
    adding.ingest_requested(request_id=request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.DONE


def test_a_worker_that_died_is_followed_by_another_up_to_a_limit(teacher, physics, sent, monkeypatch):
    def die(**options):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(services, "ingest_folder", die)
    request = ask(teacher)
    for attempt in range(adding.MOST_ATTEMPTS):
        with pytest.raises(OperationalError):
            adding.ingest_requested(request_id=request.pk, clock=later(attempt * 10))
        adding.ingest_requested(request_id=request.pk, clock=later(attempt * 10 + 1))
    request.refresh_from_db()
    assert (request.state, request.attempt_count) == (RequestState.RUNNING, adding.MOST_ATTEMPTS)
    adding.ingest_requested(request_id=request.pk, clock=later(60))
    request.refresh_from_db()
    assert request.state == RequestState.FAILED
    assert "died 3 times" in request.error


def test_every_tick_tells_of_what_waits_and_of_what_a_dead_worker_left(teacher, inbox, sent, committing):
    for name in ("a", "b", "c"):
        (inbox / name).mkdir()
        ask(teacher, folder=name)
    FolderRequest.objects.filter(folder__endswith="b").update(state="running", lease_expires_at=timezone.now())
    FolderRequest.objects.filter(folder__endswith="c").update(state="running", lease_expires_at=later(5)())
    with committing(execute=True):
        assert adding.ingest_pending() == 2
    assert len(sent) == 2


def test_without_a_broker_the_request_stays(teacher, physics, monkeypatch, committing, caplog):
    def refuse(*args, **options):
        raise BrokerError("connection refused")

    monkeypatch.setattr(celery.current_app, "send_task", refuse)
    with committing(execute=True):
        request = ask(teacher)
    assert request.state == RequestState.PENDING
    assert "waits for the next tick" in caplog.text


def test_a_dead_broker_raises_what_is_caught(settings):
    app = celery.Celery("alone", broker="redis://127.0.0.1:1/0")
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with app, pytest.raises(BrokerError):
        app.send_task(adding.TASK, kwargs={"request_id": 1}, retry=False)


def test_a_run_is_pulled_again_for_the_course_it_was_for(teacher, physics, sent, monkeypatch):
    request = ask(teacher)
    adding.ingest_requested(request_id=request.pk)
    Course.objects.update(title="Mechanics")
    messages = []
    monkeypatch.setattr(celery.current_app, "send_task", lambda name, **options: messages.append((name, options)))
    adding.pull_again(run=IngestionRun.objects.get())
    assert messages == [
        (
            "ingestion.tasks.ingest_folder",
            {"kwargs": {"folder": str(physics), "course_title": "Mechanics"}, "retry": False},
        )
    ]

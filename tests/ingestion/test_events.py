import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import OperationalError, connection

from ingestion import events, removal, uploads
from ingestion.lake import FolderStorage, lake
from ingestion.models import MediaFile, ObjectEvent, Purge, Video
from ingestion.object_notices import Notice
from tests.ingestion.sounds import make_sound

NOW = datetime(2026, 11, 26, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def woken(monkeypatch):
    """The tasks that were to be woken, instead of waking any."""
    tasks = []
    monkeypatch.setattr(events, "_wake", tasks.append)
    return tasks


@pytest.fixture
def taken(monkeypatch):
    """The keys of the inbox that were taken up, instead of taking them up."""
    keys = []

    def take_up(key, *, stored, now):
        keys.append((key, stored.version))
        return "taken up"

    monkeypatch.setattr(uploads, "take_up", take_up)
    return keys


def put(key, content=b"content"):
    lake().save(key, ContentFile(content))
    return Notice(key, lake().find_object(key).version)


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_notices_in_any_order_handle_each_version_once(bucket, woken, taken):
    objects = [put(f"inbox/video-{number:03}/talk.opus", b"%d" % number) for number in range(250)]
    objects += [Notice(f"raw/a/b/{number}", "e") for number in range(250)]
    told = objects * 20
    random.Random(4).shuffle(told)
    assert len(told) == 10_000
    handled = [notice for notice in told if events.receive(notice, clock=lambda: NOW)]
    assert sorted(handled, key=lambda each: each.key) == sorted(objects, key=lambda each: each.key)
    assert sorted(taken) == sorted((each.key, each.version) for each in objects[:250])
    assert ObjectEvent.objects.exclude(handled_at=None).count() == 500
    assert len(woken) == 500


@pytest.mark.django_db(transaction=True)
def test_of_several_that_are_told_at_once_one_takes_it_up(bucket, woken, tmp_path):
    notice = put("inbox/lecture-01/talk.wav", make_sound(tmp_path))
    barrier, done = threading.Barrier(4), []

    def receive():
        try:
            barrier.wait()
            done.append(events.receive(notice))
        finally:
            connection.close()

    threads = [threading.Thread(target=receive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]
    assert MediaFile.objects.count() == 1
    assert woken == ["transcripts.tasks.transcribe_pending"]


@pytest.mark.django_db
def test_a_version_that_was_replaced_waits_for_the_notice_of_its_successor(bucket, woken, taken):
    old = put("inbox/lecture-01/talk.wav", b"old")
    new = put("inbox/lecture-01/talk.wav", b"new")
    assert events.receive(new)
    assert events.receive(old), "it comes late, and is done with"
    assert taken == [(new.key, new.version)]
    assert put("inbox/lecture-01/talk.wav", b"old") == old
    assert events.receive(old), "these bytes are there once more"
    assert taken == [(new.key, new.version), (old.key, old.version)]
    assert not events.receive(old)


@pytest.mark.django_db
def test_what_is_gone_again_wakes_nobody(bucket, woken, taken):
    events.receive(Notice("inbox/lecture-01/talk.wav", "e"))
    events.receive(Notice("raw/x", "e", is_deletion=True))
    events.receive(Notice("inbox/lecture-01/talk.wav", "", is_deletion=True))
    assert (taken, woken) == ([], [])
    assert list(ObjectEvent.objects.values_list("key", "outcome")) == [("raw/x", "deleted")]


@pytest.mark.django_db
def test_what_is_refused_is_said_and_not_tried_again(woken):
    notice = put("inbox/lecture-01/talk.pdf")
    assert events.receive(notice)
    assert not events.receive(notice)
    event = ObjectEvent.objects.get()
    assert event.outcome.startswith("refused: A file is taken up as audio")
    assert event.video_id == "lecture-01"


@pytest.mark.django_db(transaction=True)
def test_a_lake_that_is_away_leaves_the_event_open_until_it_is_back(woken, tmp_path, monkeypatch):
    notice = put("inbox/lecture-01/talk.wav", make_sound(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "find_object", lambda self, key: (_ for _ in ()).throw(OSError("away")))
        with pytest.raises(OSError):
            events.receive(notice, clock=lambda: NOW)
        assert events.handle_open(clock=lambda: NOW) == 0
    event = ObjectEvent.objects.get()
    assert (event.handled_at, event.outcome) == (None, "failed: away")
    assert events.handle_open(least_age=timedelta(minutes=5), clock=lambda: NOW) == 0, "another may be at it"
    assert events.handle_open(least_age=timedelta(minutes=5), clock=lambda: NOW + timedelta(minutes=5)) == 1
    assert ObjectEvent.objects.get().outcome == "taken up as audio"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OperationalError("away")])
def test_whoever_dies_in_the_middle_leaves_nothing_but_the_open_event(woken, tmp_path, monkeypatch, error):
    notice = put("inbox/lecture-01/talk.wav", make_sound(tmp_path))
    land = uploads.services.land

    def land_and_die(*arguments, **options):
        land(*arguments, **options)
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(uploads.services, "land", land_and_die)
        with pytest.raises(type(error)):
            events.receive(notice)
    assert not Video.objects.exists() and not MediaFile.objects.exists()
    assert ObjectEvent.objects.get().handled_at is None
    assert woken == []
    assert events.receive(notice)
    assert MediaFile.objects.count() == 1


@pytest.mark.django_db
def test_one_that_always_fails_does_not_hold_up_the_others(woken, taken, monkeypatch):
    for number in range(3):
        events.note(put(f"inbox/video-{number}/talk.wav"))
    take_up = uploads.take_up

    def fail_first(key, **options):
        if "video-0" in key:
            raise ZeroDivisionError
        return take_up(key, **options)

    monkeypatch.setattr(uploads, "take_up", fail_first)
    assert events.handle_open() == 2
    assert ObjectEvent.objects.get(handled_at=None).outcome == "failed: ZeroDivisionError"


@pytest.mark.django_db
@pytest.mark.usefixtures("each_lake")
def test_the_inbox_is_looked_into_where_nobody_tells(woken, tmp_path):
    put("inbox/lecture-01/talk.wav", make_sound(tmp_path))
    put("inbox/lecture-01/notes.txt")
    assert events.look_into_inbox(clock=lambda: NOW - timedelta(days=9999)) == 0, "its last byte may not be there"
    assert events.look_into_inbox(clock=lambda: LATER) == 2
    assert events.look_into_inbox(clock=lambda: LATER) == 0
    assert MediaFile.objects.count() == 1
    put("inbox/lecture-01/talk.wav", make_sound(tmp_path, pitch=880))
    assert events.look_into_inbox(clock=lambda: LATER) == 1
    assert MediaFile.objects.count() == 2


@pytest.mark.django_db
def test_a_folder_takes_a_pushed_notice_of_any_version(woken, tmp_path):
    put("inbox/lecture-01/talk.wav", make_sound(tmp_path))
    assert events.receive(Notice("inbox/lecture-01/talk.wav", "a version of the gateway's own"))
    assert MediaFile.objects.count() == 1


@pytest.mark.django_db
def test_a_removed_video_takes_its_uploads_with_it(bucket, woken, tmp_path):
    keys = ["inbox/lecture-01/talk.wav", "inbox/Statistics/lecture-01/other.wav"]
    for pitch, key in enumerate(keys, 440):
        events.receive(put(key, make_sound(tmp_path, pitch=pitch)))
    events.receive(put("inbox/Statistics/lecture-01/notes.pdf"))
    put("inbox/lecture-02/talk.wav")
    removal.remove_video(video_id="lecture-01", reason="on request", now=NOW)
    removal.withdraw_removed()
    assert [found.key for found in lake().list_objects("inbox")] == ["inbox/lecture-02/talk.wav"]
    assert not ObjectEvent.objects.exists()
    events.receive(Notice(keys[0], "", is_deletion=True))
    late = Notice(keys[1], "late")
    assert events.receive(late)
    assert not ObjectEvent.objects.exists()
    assert removal.withdraw_removed() == 0
    events.receive(put(keys[0], make_sound(tmp_path)))
    assert ObjectEvent.objects.get().outcome == "refused: The video was removed here."
    assert removal.withdraw_removed() == 1
    assert not lake().exists(keys[0]) and not ObjectEvent.objects.exists()
    assert Purge.objects.count() == 2


@pytest.mark.django_db
def test_old_events_are_forgotten_but_not_what_has_been_taken_up(woken, taken):
    events.receive(put("inbox/lecture-01/talk.wav"), clock=lambda: NOW)
    events.receive(Notice("raw/x", "e"), clock=lambda: NOW)
    events.look_into_inbox(clock=lambda: NOW + events.KEPT_FOR)
    assert ObjectEvent.objects.count() == 2
    events.look_into_inbox(clock=lambda: NOW + events.KEPT_FOR + timedelta(seconds=1))
    assert [event.key for event in ObjectEvent.objects.all()] == ["inbox/lecture-01/talk.wav"]


@pytest.mark.django_db(transaction=True)
def test_what_is_pushed_is_handled_by_a_worker(woken, taken):
    notices = [put("inbox/lecture-01/talk.wav"), Notice("raw/x", "e")]
    assert events.accept(notices * 2) == 4
    assert (woken, taken) == ([events.HANDLE], [])
    assert events.handle_open() == 2
    assert events.accept(notices) == 0
    assert len(taken) == 1


def test_a_broker_that_is_away_loses_no_event(monkeypatch):
    def refuse(*arguments, **options):
        raise events.BrokerError("away")

    monkeypatch.setattr(events.queues, "has_room", lambda task: True)
    monkeypatch.setattr(events.celery.current_app, "send_task", refuse)
    events._wake(events.HANDLE)


def test_every_task_that_is_woken_is_one_of_the_app():
    from config.celery import app

    app.loader.import_default_modules()
    assert {task for _, task in settings.OBJECT_WAKES} | {events.HANDLE} <= set(app.tasks)

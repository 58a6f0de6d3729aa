"""Events of the lake: each version of an object wakes the next stage once, however often it is told of.

A notice becomes a row, known by key and version. Whoever marks the row as handled does the work in the same
transaction, so that of two one finds it done, and of one that dies nothing is left but the row. Where the lake is
a folder, the commit that wrote an object is its event; files of others are found by looking into the inbox.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import celery
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from ingestion import queues, uploads
from ingestion.lake import lake
from ingestion.models import ObjectEvent
from ingestion.object_notices import Notice
from ingestion.removal import INBOX

logger = logging.getLogger(__name__)

HANDLE = "ingestion.tasks.handle_object_events"
MESSAGE_SECONDS = 60
# A row that is still open then has lost whoever was at it.
OPEN_AFTER = timedelta(minutes=5)
# A folder shows a file before its last byte has come.
SETTLED_AFTER = timedelta(seconds=30)
# A notice comes again within days, not months. Those of the inbox stay: they say what has been taken up.
KEPT_FOR = timedelta(days=30)


def receive(notice: Notice, *, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Note an object and handle it; return whether that was done here. Raises what `handle` does."""
    event = note(notice, clock=clock)
    return event is not None and handle(event, clock=clock)


def note(notice: Notice, *, clock: Callable[[], datetime] = timezone.now) -> ObjectEvent | None:
    """Return the row of a notice, the same one for the same version of an object.

    None for what has left the inbox: it was taken up, or nothing of it is to be kept.
    """
    if notice.is_deletion and notice.key.startswith(f"{INBOX}/"):
        return None
    event, _is_new = ObjectEvent.objects.get_or_create(
        key=notice.key,
        version=notice.version,
        is_deletion=notice.is_deletion,
        defaults={
            "sequencer": notice.sequencer,
            "received_at": clock(),
            "video_id": uploads.find_video_id(notice.key),
        },
    )
    return event


def handle(event: ObjectEvent, *, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Do what an object calls for and wake the next stage, once; return whether it was done here.

    Whatever is raised leaves the row open, with what went wrong.
    """
    if event.handled_at is not None:
        return False
    try:
        return _handle(event, clock=clock)
    except (OperationalError, InterfaceError):
        raise  # the database is away
    except Exception as error:
        reason = f"failed: {str(error) or type(error).__name__}".replace("\0", "")
        ObjectEvent.objects.filter(pk=event.pk, handled_at=None).update(outcome=reason)
        raise


def _handle(event: ObjectEvent, *, clock: Callable[[], datetime]) -> bool:
    with transaction.atomic():
        # Another that is at it is waited for: only what is committed is done.
        if not ObjectEvent.objects.filter(pk=event.pk, handled_at=None).update(handled_at=clock()):
            return False
        if not _is_there(event):
            # Put there once more, these very bytes are to be taken up.
            ObjectEvent.objects.filter(pk=event.pk).delete()
            return True
        outcome = _act(event, now=clock())
        ObjectEvent.objects.filter(pk=event.pk).update(outcome=outcome)
        if not event.is_deletion:
            for task in _find_tasks(event.key):
                transaction.on_commit(partial(_wake, task))
    logger.info("object %s version %s: %s", event.key, event.version, outcome)
    return True


@transaction.atomic
def accept(notices: Iterable[Notice], *, clock: Callable[[], datetime] = timezone.now) -> int:
    """Note objects, for a worker to handle; return how many of them nobody has handled yet."""
    events = [event for notice in notices if (event := note(notice, clock=clock))]
    open_count = sum(event.handled_at is None for event in events)
    if open_count:
        transaction.on_commit(partial(_wake, HANDLE))
    return open_count


def handle_open(*, least_age: timedelta = timedelta(0), clock: Callable[[], datetime] = timezone.now) -> int:
    """Handle events that nobody has handled yet, or whose handler died; return how many."""
    waiting = ObjectEvent.objects.filter(handled_at=None, received_at__lte=clock() - least_age)
    return _handle_each(list(waiting.order_by("received_at", "pk")), clock=clock)


def look_into_inbox(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Take up the files of the inbox that no event has told of, and what was left open; return how many.

    Old events are forgotten on the way.
    """
    before = clock() - SETTLED_AFTER
    found = [each for each in lake().list_objects(INBOX) if each.modified_at <= before]
    known = set(ObjectEvent.objects.filter(key__startswith=f"{INBOX}/").values_list("key", "version"))
    new = [Notice(each.key, each.version) for each in found if (each.key, each.version) not in known]
    count = _handle_each((event for notice in new if (event := note(notice, clock=clock))), clock=clock)
    _forget_old(now=clock())
    return count + handle_open(least_age=OPEN_AFTER, clock=clock)


def _handle_each(waiting: Iterable[ObjectEvent], *, clock: Callable[[], datetime]) -> int:
    count = 0
    for event in waiting:
        try:
            count += handle(event, clock=clock)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the rows stay open
        except Exception:
            # Whatever is wrong with this object, the others do not wait for it.
            logger.exception("object %s stays open", event.key)
    return count


def _is_there(event: ObjectEvent) -> bool:
    """Tell whether a file of the inbox is still what the event told of: it may be gone, or replaced since."""
    if not event.key.startswith(f"{INBOX}/"):
        return True
    stored = lake().find_object(event.key)
    return stored is not None and (not lake().names_versions or event.version in {"", stored.version})


def _act(event: ObjectEvent, *, now: datetime) -> str:
    if event.is_deletion:
        return "deleted"
    stored = lake().find_object(event.key) if event.key.startswith(f"{INBOX}/") else None
    if stored is None:
        return "written"
    try:
        with transaction.atomic():
            return uploads.take_up(event.key, stored=stored, now=now)
    except uploads.RefusedUploadError as error:
        return f"refused: {error}"


def _find_tasks(key: str) -> list[str]:
    """Return the tasks of the stages that read what lies under a key."""
    return [task for prefix, task in settings.OBJECT_WAKES if key.startswith(prefix)]


def _wake(task: str) -> None:
    try:
        if queues.has_room(task):
            celery.current_app.send_task(task, retry=False, expires=MESSAGE_SECONDS)
    except (BrokerError, RedisError) as error:
        logger.warning("%s waits for its next tick: %s", task, error)


def _forget_old(*, now: datetime) -> None:
    old = ObjectEvent.objects.filter(handled_at__lt=now - KEPT_FOR).exclude(key__startswith=f"{INBOX}/")
    old.delete()

"""Adding a folder of the server to a course: a row first, so that nothing is lost, then the work."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import celery
from django.contrib.auth.models import User
from django.db import OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from ingestion import courses, locks, roots, services, sources
from ingestion.models import Course, FolderRequest, IngestionRun, RequestState

logger = logging.getLogger(__name__)

# A worker renews its lease with every file; a dead one holds a request no longer than this.
LEASE = timedelta(minutes=2)
# A worker that died this often on one folder will die again.
MOST_ATTEMPTS = 3
# Of a long backlog every tick publishes the head only.
MOST_PUBLISHED = 20
MESSAGE_SECONDS = 5 * 60
TASK = "ingestion.tasks.ingest_requested"


class NotRepeatableError(Exception):
    """A request that has not failed, or whose course is gone."""

    permanent = True


@transaction.atomic
def request_folder(
    *, folder: str, user: User, course: Course | None = None, course_title: str = ""
) -> FolderRequest:
    """Note that a folder is to be added to a course, one that is there or a new one, and wake a worker.

    Raises roots.RefusedFolderError and courses.CourseError. Asked for again while it waits, it is one request.
    """
    place = roots.find_folder(folder)
    course = course or courses.create_course(title=course_title, user=user)
    request, _is_new = FolderRequest.objects.unfinished().get_or_create(
        folder=str(place), course=course, defaults={"user": user}
    )
    publish(request.pk)
    return request


def try_again(*, request_id: int) -> None:
    """Let a failed request wait again. Raises NotRepeatableError."""
    failed = FolderRequest.objects.filter(pk=request_id, state=RequestState.FAILED, course__isnull=False)
    twin = FolderRequest.objects.unfinished().filter(
        folder=models.OuterRef("folder"), course=models.OuterRef("course")
    )
    with transaction.atomic():
        if not failed.exclude(models.Exists(twin)).update(
            state=RequestState.PENDING, attempt_count=0, error="", finished_at=None
        ):
            raise NotRepeatableError(_("Only what has failed can be tried again, once at a time."))
        publish(request_id)


def pull_again(*, run: IngestionRun) -> None:
    """Have the place of a run read again, for the course it was for. Raises BrokerError."""
    request = run.requests.filter(course__isnull=False).select_related("course").last()
    title = request.course.title if request and request.course else run.course_title
    celery.current_app.send_task(
        "ingestion.tasks.ingest_folder", kwargs={"folder": run.location, "course_title": title}, retry=False
    )


def publish(request_id: int) -> None:
    """Tell a worker of a request once it is committed; where no broker hears it, the next tick does."""
    transaction.on_commit(partial(_send, request_id))


def _send(request_id: int) -> None:
    try:
        celery.current_app.send_task(TASK, kwargs={"request_id": request_id}, retry=False, expires=MESSAGE_SECONDS)
    except BrokerError as error:
        logger.warning("request %s waits for the next tick: %s", request_id, error)


def ingest_pending(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Publish what waits and what a dead worker left; return how many."""
    waiting = FolderRequest.objects.claimable(at=clock()).order_by("pk").values_list("pk", flat=True)
    pks = list(waiting[:MOST_PUBLISHED])
    for pk in pks:
        publish(pk)
    return len(pks)


def ingest_requested(*, request_id: int, clock: Callable[[], datetime] = timezone.now) -> None:
    """Land the folder of a request, unless another is at it; the row says how it ended."""
    if not _claim(request_id, now=clock()):
        return
    request = FolderRequest.objects.select_related("course").get(pk=request_id)
    try:
        _land(request, clock=clock)
    except locks.AlreadyRunningError as error:
        _unfinished(request).update(
            state=RequestState.PENDING, error=str(error), attempt_count=models.F("attempt_count") - 1
        )
    except OperationalError:
        raise  # the database is away: the lease expires and another goes on
    except (sources.SourceError, roots.RefusedFolderError, courses.CourseError) as error:
        _end(request, state=RequestState.FAILED, error=str(error), now=clock())
    except Exception as error:
        _end(request, state=RequestState.FAILED, error=str(error) or type(error).__name__, now=clock())
        raise
    else:
        _end(request, state=RequestState.DONE, error="", now=clock())


def _claim(request_id: int, *, now: datetime) -> bool:
    claimable = FolderRequest.objects.claimable(at=now).filter(pk=request_id)
    exhausted = _("The worker died %(count)s times while it read this folder.") % {"count": MOST_ATTEMPTS}
    claimable.filter(attempt_count__gte=MOST_ATTEMPTS).update(
        state=RequestState.FAILED, error=exhausted, finished_at=now
    )
    return bool(
        claimable.update(
            state=RequestState.RUNNING,
            attempt_count=models.F("attempt_count") + 1,
            lease_expires_at=now + LEASE,
            error="",
        )
    )


def _land(request: FolderRequest, *, clock: Callable[[], datetime]) -> None:
    if request.course is None:
        raise courses.CourseError(_("The course of this folder is gone."))
    folder = roots.find_folder(request.folder)
    roots.refuse_links_out(folder)
    _unfinished(request).update(file_count=sum(len(source.files()) for source in sources.at(folder)))
    run_ids: set[int] = set()

    def note(run: IngestionRun, page: sources.Page) -> None:
        # Not before the first page: another worker may still be at the folder, and these are its runs.
        if run.pk not in run_ids:
            run_ids.add(run.pk)
            request.runs.set(run_ids)
        _unfinished(request).update(state=RequestState.RUNNING, error="", lease_expires_at=clock() + LEASE)

    services.ingest_folder(folder=Path(folder), course=request.course, on_page=note, clock=clock)


def _unfinished(request: FolderRequest) -> "models.QuerySet[FolderRequest]":
    return FolderRequest.objects.unfinished().filter(pk=request.pk)


def _end(request: FolderRequest, *, state: str, error: str, now: datetime) -> None:
    _unfinished(request).update(state=state, error=error, finished_at=now, lease_expires_at=None)
    logger.info("request %s of %s ended %s", request.pk, request.folder, state)

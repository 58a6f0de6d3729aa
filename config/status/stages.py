"""How far each stage has come, what it did last, and what went wrong in it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistant.models import IndexState, Question, QuestionState, VideoIndex
from config import pipeline
from ingestion import paging
from ingestion.models import FolderRequest, IngestionRun, RawObservation, RequestState, RunState
from ingestion.progress import Progress
from transcripts.models import State, Transcription
from warehouse.models import WarehouseBuild

# A count serves everyone who looks for so long, or for so many times what it took.
PROGRESS_SECONDS = 5
PROGRESS_SHARE = 40
MOST_SHOWN = 5
NOTHING_NEW_SINCE = timedelta(days=7)
STUCK_SINCE = timedelta(hours=1)


@dataclass(frozen=True)
class Stage:
    """A stage and its backlog; what it has made is counted in rows of its own."""

    name: str
    waiting_count: int
    running_count: int
    failed_count: int
    done_count: int
    row_count: int


@dataclass(frozen=True)
class Run:
    """A piece of work that has ended, or is being done where it has no end yet."""

    stage: str
    what: str
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None


@dataclass(frozen=True)
class Trouble:
    """Something that went wrong: why, and what happens next."""

    stage: str
    what: str
    reason: str
    next_attempt: str


@dataclass(frozen=True)
class Freshness:
    """When something of a kind last came; stuck where work for it waits and nothing has come for long."""

    what: str
    at: datetime | None
    is_stale: bool = False
    is_stuck: bool = False


@dataclass(frozen=True)
class Questions:
    """Questions on their way to an answer."""

    waiting_count: int
    running_count: int
    oldest_asked_at: datetime | None


def list_stages(*, at: datetime) -> list[Stage]:
    """Return the stages in the order in which data flows."""
    running = {
        "transcribe": Transcription.objects.filter(state=State.RUNNING, lease_expires_at__gte=at).count(),
        "embed": VideoIndex.objects.filter(lease_expires_at__gte=at).count(),
    }
    return [
        _read_ingestion(),
        *(_make_stage(stage.name, _read_progress(stage), running.get(stage.name, 0)) for stage in pipeline.STAGES),
    ]


def find_runs() -> list[Run]:
    """Return what each stage did last, the newest first."""
    pulls = IngestionRun.objects.order_by("-pk").only("source", "location", "state", "started_at", "finished_at")
    builds = WarehouseBuild.objects.newest_first().only("started_at", "finished_at")
    heard = Transcription.objects.finished().order_by("-finished_at").select_related("video")
    embedded = VideoIndex.objects.embedded().order_by("-embedded_at").select_related("video")
    runs = [
        *(
            Run(
                "ingest",
                run.location,
                str(run.get_state_display()),
                run.started_at,
                run.finished_at,
                _measure(run.started_at, run.finished_at),
            )
            for run in pulls[:MOST_SHOWN]
        ),
        *(
            Run(
                "build warehouse",
                _("build %s") % build.pk,
                _("done"),
                build.started_at,
                build.finished_at,
                _measure(build.started_at, build.finished_at),
            )
            for build in builds[:MOST_SHOWN]
        ),
        *(
            Run("transcribe", str(row.video), _("done"), None, row.finished_at, row.wall_seconds)
            for row in heard[:MOST_SHOWN]
        ),
        *(Run("embed", str(row.video), _("done"), None, row.embedded_at, None) for row in embedded[:MOST_SHOWN]),
    ]
    return sorted(runs, key=lambda run: run.finished_at or timezone.now(), reverse=True)


def find_troubles(*, at: datetime) -> list[Trouble]:
    """Return what went wrong last in each stage, with what happens next."""
    return [*_find_ingestion_troubles(at), *_find_transcription_troubles(at), *_find_embedding_troubles(at)]


def find_freshness(stages: list[Stage], *, at: datetime) -> list[Freshness]:
    """Return when the newest of each kind came."""
    waiting = {stage.name: stage.waiting_count + stage.running_count for stage in stages}
    sighting = RawObservation.objects.order_by("-pk").values_list("observed_at", flat=True).first()
    heard = Transcription.objects.finished().order_by("-finished_at").values_list("finished_at", flat=True).first()
    built = WarehouseBuild.objects.newest_first().values_list("finished_at", flat=True).first()

    def is_stuck(stage: str, newest: datetime | None) -> bool:
        return waiting[stage] > 0 and newest is not None and at - newest > STUCK_SINCE

    is_old = sighting is None or at - sighting > NOTHING_NEW_SINCE
    return [
        Freshness(_("newest sighting of a source"), sighting, is_stale=is_old),
        Freshness(_("newest transcript"), heard, is_stuck=is_stuck("transcribe", heard)),
        Freshness(_("newest build of the warehouse"), built, is_stuck=is_stuck("build warehouse", built)),
    ]


def read_questions() -> Questions:
    """Return how many questions wait, and since when."""
    rows = list(Question.objects.unfinished().order_by("pk").values_list("state", "asked_at"))
    running_count = sum(state == QuestionState.RUNNING for state, _asked_at in rows)
    return Questions(len(rows) - running_count, running_count, rows[0][1] if rows else None)


def _read_ingestion() -> Stage:
    requests = FolderRequest.objects
    return Stage(
        name="ingest",
        waiting_count=requests.filter(state=RequestState.PENDING).count(),
        running_count=IngestionRun.objects.filter(state=RunState.RUNNING).count(),
        failed_count=IngestionRun.objects.filter(state=RunState.FAILED).count(),
        done_count=IngestionRun.objects.filter(state=RunState.DONE).count(),
        row_count=paging.count_rows(RawObservation),
    )


def _make_stage(name: str, progress: Progress, running_count: int) -> Stage:
    unfinished_count = max(0, progress.total_count - progress.done_count)
    running_count = min(running_count, unfinished_count)
    return Stage(
        name=name,
        waiting_count=unfinished_count - running_count,
        running_count=running_count,
        failed_count=progress.failed_count,
        done_count=progress.done_count - progress.failed_count,
        row_count=progress.row_count,
    )


def _read_progress(stage: pipeline.Stage) -> Progress:
    """Return a stage's progress; of a million rows a count takes a second or two, and then serves for longer."""
    key = f"progress of {stage.name}"
    known: Progress | None = cache.get(key)
    if known is not None:
        return known
    look: Callable[[], Progress] = import_string(stage.progress)
    started = time.monotonic()
    progress = look()
    cache.set(key, progress, max(PROGRESS_SECONDS, PROGRESS_SHARE * (time.monotonic() - started)))
    return progress


def _measure(started_at: datetime, finished_at: datetime | None) -> float | None:
    return (finished_at - started_at).total_seconds() if finished_at else None


def _find_ingestion_troubles(at: datetime) -> Iterator[Trouble]:
    again = _("when it is asked for again")
    failed = IngestionRun.objects.filter(state=RunState.FAILED).order_by("-pk").select_related("subscription")
    for run in failed[:MOST_SHOWN]:
        followed = run.subscription if run.subscription and not run.subscription.is_paused else None
        next_attempt = _describe_wait(followed.next_pull_at, at=at) if followed else again
        yield Trouble("ingest", run.location, run.error, next_attempt)
    for request in FolderRequest.objects.exclude(error="").order_by("-pk")[:MOST_SHOWN]:
        is_over = request.state == RequestState.FAILED
        next_attempt = again if is_over else _describe_wait(request.lease_expires_at, at=at)
        yield Trouble("ingest", request.folder, request.error, next_attempt)


def _find_transcription_troubles(at: datetime) -> Iterator[Trouble]:
    gone_wrong = Transcription.objects.filter(state__in=[State.FAILED, State.UNREADABLE_AUDIO, State.PENDING])
    rows = gone_wrong.exclude(reason="").order_by("-pk").select_related("video")
    for row in rows[:MOST_SHOWN]:
        is_waiting = row.state == State.PENDING
        next_attempt = _describe_wait(row.lease_expires_at, at=at) if is_waiting else _("none: send it again")
        yield Trouble("transcribe", str(row.video), row.reason, next_attempt)


def _find_embedding_troubles(at: datetime) -> Iterator[Trouble]:
    for index in VideoIndex.objects.gone_wrong().order_by("-pk").select_related("video")[:MOST_SHOWN]:
        is_waiting = index.state == IndexState.PENDING
        next_attempt = _describe_wait(index.lease_expires_at, at=at) if is_waiting else _("none: send it again")
        yield Trouble("embed", str(index.video), index.reason, next_attempt)


def _describe_wait(until: datetime | None, *, at: datetime) -> str:
    if until is None or until <= at:
        return _("at the next tick of its stage")
    seconds = round((until - at).total_seconds())
    return ngettext("in %s second", "in %s seconds", seconds) % seconds

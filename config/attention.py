"""What needs a person: work that gave up by itself, with the page where it is put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from assistant.models import Answer, AnswerState, Feedback, Question, VideoIndex
from config import conditions
from ingestion.models import (
    AudioFetch,
    ContractDrift,
    FetchReason,
    FetchState,
    FolderRequest,
    IngestionRun,
    RawRejectedRecord,
    RequestState,
    RunState,
)
from transcripts.models import State, Transcription

# What nobody has acted upon for so long is history.
LOOKING_BACK = timedelta(days=7)
# A question that waits longer is not being answered.
LONGEST_WAIT = timedelta(minutes=5)
# Past it a number says no more than that it is large.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Concern:
    """Something a person should look at: how many there are, and where."""

    title: str
    count: int
    url: str = ""

    @property
    def count_text(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


def find_concerns(*, at: datetime) -> list[Concern]:
    """Return what needs a person, the data's way from left to right; each costs at most one bounded count."""
    return [concern for concern in _look(at=at) if concern.count]


def _look(*, at: datetime) -> Iterator[Concern]:
    since = at - LOOKING_BACK
    yield from _look_at_ingestion(since=since)
    yield from _look_at_youtube(at=at)
    yield from _look_at_lectures()
    yield from _look_at_answers(at=at, since=since)
    yield _count(
        _("tasks of the schedule that are switched off"), PeriodicTask.objects.filter(enabled=False), "enabled=0"
    )


def _look_at_ingestion(*, since: datetime) -> Iterator[Concern]:
    yield _count(
        _("pulls that failed"),
        IngestionRun.objects.filter(state=RunState.FAILED).exclude(finished_at__lt=since),
        "state=failed",
    )
    yield _count(
        _("folders that could not be added"),
        FolderRequest.objects.filter(state=RequestState.FAILED, finished_at__gte=since),
        "state=failed",
    )
    yield _count(
        _("payloads refused in the last seven days"),
        RawRejectedRecord.objects.filter(run__started_at__gte=since, replayed_at=None),
    )
    yield _count(
        _("fields of payloads that came or went"),
        ContractDrift.objects.filter(accepted_at=None),
    )
    yield Concern(
        _("newest objects that the database knows and this lake lacks: see where LAKE_URL leads"),
        conditions.count_lost_objects(),
    )


def _look_at_youtube(*, at: datetime) -> Iterator[Concern]:
    yield Concern(_("YouTube refuses the key"), int(conditions.is_key_refused()))
    spent = [standing for standing in conditions.stand_all(at=at) if conditions.is_spent(standing)]
    yield Concern(_("buckets of YouTube units that are spent"), len(spent))
    yield _count(
        _("videos whose audio waits for new cookies"),
        conditions.find_without_cookies(),
        f"reason={FetchReason.COOKIES_EXPIRED.value}",
    )
    yield _count(
        _("videos whose audio YouTube gives to people alone: cookies or another proxy help"),
        AudioFetch.objects.filter(state=FetchState.PENDING, reason=FetchReason.BOT_CHECK),
        f"reason={FetchReason.BOT_CHECK.value}",
    )
    yield _count(_("subscriptions whose last pull failed"), conditions.find_failing(at=at))
    yield _count(_("courses whose pulls have not gone well for long"), conditions.find_stale(at=at))


def _look_at_lectures() -> Iterator[Concern]:
    yield _count(_("transcriptions that failed"), Transcription.objects.failed(), f"state={State.FAILED}")
    yield _count(_("lectures that could not be embedded"), VideoIndex.objects.failed(), "state=failed")


def _look_at_answers(*, at: datetime, since: datetime) -> Iterator[Concern]:
    yield _count(
        _("questions that have waited for more than five minutes"),
        Question.objects.unfinished().filter(asked_at__lt=at - LONGEST_WAIT),
    )
    yield _count(
        _("questions whose answer failed in the last seven days"),
        Answer.objects.filter(state=AnswerState.FAILED, answered_at__gte=since),
        "state=failed",
    )
    yield _count(
        _("answers judged unhelpful in the last seven days"),
        Feedback.objects.filter(is_helpful=False, created_at__gte=since),
        "is_helpful=0",
    )


def _count(title: str, rows: "QuerySet[Any]", query: str = "") -> Concern:
    return Concern(title, rows[: MOST_COUNTED + 1].count(), _find_url(rows.model, query))


def _find_url(model: type[Model], query: str) -> str:
    """Return the admin's list of these rows; nothing where the admin does not show them."""
    if not admin.site.is_registered(model):
        return ""
    name, _eq, value = query.partition("=")
    filters = f"?{name}__exact={value}" if name else ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + filters

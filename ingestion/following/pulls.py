"""Pulling what a subscription lists: claimed with a lease, landed page by page, gone on with where it stopped."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import celery
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from ingestion.following import reading, runs
from ingestion.models import IngestionRun, RunState, SubjectKind, Subscription
from ingestion.youtube import asking, client, errors, quota, references

logger = logging.getLogger(__name__)

# Renewed with every page; longer than all tries of one call take.
LEASE = timedelta(minutes=6)
# A worker that died this often on one pull will die again.
MOST_DEATHS = 3
FAILED_AGAIN = timedelta(minutes=15)
KEY_AGAIN = timedelta(hours=1)
# Of a long backlog every tick publishes the head only.
MOST_PUBLISHED = 50
MESSAGE_SECONDS = 5 * 60
TASK = "ingestion.tasks.pull_subscription"


def pull_due(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Publish the pulls that are due; return how many."""
    now = clock()
    # A clock that has jumped back would let them wait for the time it came from.
    stranded = Subscription.objects.filter(next_pull_at__gt=now + F("every") + timedelta(days=1))
    stranded.update(next_pull_at=now)
    pks = list(Subscription.objects.due(at=now).values_list("pk", flat=True)[:MOST_PUBLISHED])
    for pk in pks:
        publish(pk)
    return len(pks)


def publish(subscription_id: int) -> None:
    """Tell a worker of a subscription once it is committed; where no broker hears it, the next tick does."""
    transaction.on_commit(partial(_send, subscription_id))


def _send(subscription_id: int) -> None:
    try:
        celery.current_app.send_task(
            TASK, kwargs={"subscription_id": subscription_id}, retry=False, expires=MESSAGE_SECONDS
        )
    except BrokerError as error:
        logger.warning("subscription %s waits for the next tick: %s", subscription_id, error)


def pull_subscription(
    *,
    subscription_id: int,
    clock: Callable[[], datetime] = timezone.now,
    on_page: runs.OnPage = runs.ignore_page,
) -> IngestionRun | None:
    """Pull a subscription that is due, unless another is at it; its row and its run say how that ended."""
    subscription = _claim(subscription_id, now=clock())
    if subscription is None:
        return None
    run = runs.open_run(location=subscription_url(subscription), subscription=subscription, now=clock())
    try:
        with client.connect() as api:
            asker = asking.Asker(api, clock=clock)
            reading.Reading(subscription, run=run, asker=asker, lease=LEASE, on_page=on_page).read()
    except reading.LostLeaseError:
        logger.warning("run %s: another goes on with subscription %s", run.pk, subscription_id)
        return None
    except reading.TwinError as error:
        runs.close_run(run, state=RunState.DONE, now=clock())
        Subscription.objects.filter(pk=subscription.pk).update(is_paused=True)
        _release(subscription, at=clock(), error=str(error))
    except quota.ParkedError as parked:
        # The run stays open: what it has read is not read again.
        runs.note_error(run, str(parked))
        _release(subscription, at=parked.resets_at, error=str(parked))
    except (client.NoKeyError, errors.KeyRefusedError) as error:
        _fail(subscription, run=run, error=error, wait=KEY_AGAIN, now=clock())
    except errors.YouTubeError as error:
        # The other pages have landed: this one is tried again, from where it stands.
        runs.note_error(run, str(error))
        runs.close_run(run, state=RunState.DONE, now=clock())
        wait = subscription.every if error.permanent else FAILED_AGAIN
        _release(subscription, at=clock() + min(wait, subscription.every), error=str(error))
    except (OperationalError, InterfaceError):
        raise  # the database is away: the lease expires and another goes on
    except Exception as error:
        _fail(subscription, run=run, error=error, wait=FAILED_AGAIN, now=clock())
        raise
    else:
        runs.close_run(run, state=RunState.DONE, now=clock())
        _release(subscription, at=clock() + subscription.every, error=run.error)
    return run


def subscription_url(subscription: Subscription) -> str:
    """Return the address of what is followed."""
    return references.Reference(SubjectKind(subscription.kind), subscription.reference).url


def _claim(subscription_id: int, *, now: datetime) -> Subscription | None:
    due = Subscription.objects.due(at=now).filter(pk=subscription_id)
    deadly = due.filter(attempt_count__gte=MOST_DEATHS)
    deadly.update(
        next_pull_at=now + F("every"),
        lease_expires_at=None,
        attempt_count=0,
        error=_("The worker died %(count)s times while it pulled this.") % {"count": MOST_DEATHS},
    )
    if not due.update(lease_expires_at=now + LEASE, attempt_count=F("attempt_count") + 1):
        return None
    return Subscription.objects.select_related("course").get(pk=subscription_id)


def _release(subscription: Subscription, *, at: datetime, error: str) -> None:
    mine = Subscription.objects.filter(pk=subscription.pk, lease_expires_at=subscription.lease_expires_at)
    mine.update(next_pull_at=at, lease_expires_at=None, attempt_count=0, error=error)


def _fail(
    subscription: Subscription, *, run: IngestionRun, error: Exception, wait: timedelta, now: datetime
) -> None:
    sentence = str(error) or type(error).__name__
    run.refresh_from_db()
    runs.note_error(run, sentence)
    runs.close_run(run, state=RunState.FAILED, now=now)
    _release(subscription, at=now + wait, error=sentence)

"""Pulling a subscription's list: claimed with a lease, landed a few pages at a time, resumed where it stopped."""

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

import celery
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from ingestion import locks
from ingestion.following import claims, reading, runs, site_reading
from ingestion.models import IngestionRun, RunState, SubjectKind, Subscription
from ingestion.sources import data_api, yt_dlp_site
from ingestion.youtube import asking, client, errors, quota, references

logger = logging.getLogger(__name__)

# Renewed with what lands; longer than all tries of one call take.
LEASE = timedelta(minutes=6)
# yt-dlp may take an hour over one list.
SITE_LEASE = timedelta(minutes=70)
FAILED_AGAIN = timedelta(minutes=15)
KEY_AGAIN = timedelta(hours=1)
BUSY_AGAIN = timedelta(minutes=1)
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
    """Pull a subscription that is due, unless another is at it; its row and its run say how that ended.

    Without a key yt-dlp reads it.
    """
    lease = LEASE if client.has_key() else SITE_LEASE
    claim = claims.claim(subscription_id, lease=lease, now=clock())
    if claim is None:
        return None
    source = data_api.DataApi.name if client.has_key() else yt_dlp_site.YtDlpSite.name
    location = subscription_url(claim.subscription)
    run = runs.open_run(source=source, location=location, subscription=claim.subscription, now=clock())
    try:
        _read(claim, run=run, clock=clock, on_page=on_page)
    except KeyboardInterrupt:
        # The run stays open, and whoever pressed the keys may go on at once.
        claim.release(at=clock(), error="")
        raise
    except claims.LostLeaseError:
        logger.warning("run %s: another goes on with subscription %s", run.pk, subscription_id)
        return None
    except claims.TwinError as error:
        runs.close_run(run, state=RunState.DONE, now=clock())
        Subscription.objects.filter(pk=subscription_id).update(is_paused=True)
        claim.release(at=clock(), error=str(error))
    except (quota.ParkedError, locks.AlreadyRunningError) as parked:
        # The run stays open: what it has read is not read again.
        runs.note_error(run, str(parked))
        at = parked.resets_at if isinstance(parked, quota.ParkedError) else clock() + BUSY_AGAIN
        claim.release(at=at, error=str(parked))
    except errors.KeyRefusedError as error:
        _fail(claim, run=run, error=error, wait=KEY_AGAIN, now=clock())
    except (errors.YouTubeError, yt_dlp_site.SiteError) as error:
        _give_up(claim, run=run, error=error, now=clock())
    except (OperationalError, InterfaceError):
        raise  # the database is away: the lease expires and another goes on
    except Exception as error:
        _fail(claim, run=run, error=error, wait=FAILED_AGAIN, now=clock())
        raise
    else:
        runs.close_run(run, state=RunState.DONE, now=clock())
        claim.release(at=clock() + claim.subscription.every, error=run.error)
    return run


def subscription_url(subscription: Subscription) -> str:
    """Return the address of what is followed."""
    return references.Reference(SubjectKind(subscription.kind), subscription.reference).url


def _read(claim: claims.Claim, *, run: IngestionRun, clock: Callable[[], datetime], on_page: runs.OnPage) -> None:
    if run.source == yt_dlp_site.YtDlpSite.name:
        site_reading.SiteReading(claim, run=run, clock=clock, on_page=on_page).read()
        return
    with client.connect() as api, closing(asking.Asker(api, clock=clock)) as asker:
        reading.Reading(claim, run=run, asker=asker, on_page=on_page).read()


def _give_up(
    claim: claims.Claim, *, run: IngestionRun, error: errors.YouTubeError | yt_dlp_site.SiteError, now: datetime
) -> None:
    """End a run at a page that was not had: failed where nothing else has landed, to be tried again either way."""
    runs.note_error(run, str(error))
    # A failed run is taken up again, and with it a place in a list that is no more known.
    is_failed = not run.page_count and not isinstance(error, errors.PageTokenError)
    runs.close_run(run, state=RunState.FAILED if is_failed else RunState.DONE, now=now)
    every = claim.subscription.every
    wait = every if error.permanent else FAILED_AGAIN * 2 ** max(0, runs.count_failures(claim.subscription) - 1)
    # Of a run that fails again and again there is one row: the wait doubles with its age.
    wait += now - run.started_at if is_failed else timedelta(0)
    claim.release(at=now + min(wait, every), error=str(error))


def _fail(claim: claims.Claim, *, run: IngestionRun, error: Exception, wait: timedelta, now: datetime) -> None:
    sentence = str(error) or type(error).__name__
    run.refresh_from_db()
    runs.note_error(run, sentence)
    runs.close_run(run, state=RunState.FAILED, now=now)
    claim.release(at=now + wait, error=sentence)

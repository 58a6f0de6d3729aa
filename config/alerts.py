"""Telling a person what lasts, once: by mail or by a webhook, which a tick tries until it is sent.

An alert is sent before `sent_at` is written, by one process at a time: it is told at least once, and twice only
where the process dies between the two. A webhook knows a repetition by its `id`, a mail program by its Message-ID.
"""

import json
import logging
import smtplib
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parseaddr
from http.client import HTTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config import conditions
from ingestion import locks
from ingestion.models import Alert

logger = logging.getLogger(__name__)

LOCK = "the alerts"
TIMEOUT_SECONDS = 10
# What is over is told all the same, unless it is long ago.
TOLD_FOR = timedelta(days=1)
MOST_SENT = 50
LONGEST_SUBJECT = 120


class NotSentError(Exception):
    """Whoever should be told could not be reached."""

    permanent = False


def tell(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Raise what has begun, resolve what is over, and send what was not sent; one process at a time does.

    The lake is looked into last, for the next time: where it hangs, what else lasts has been told.
    """
    with suppress(locks.AlreadyRunningError), locks.hold_alone(LOCK):
        note(now=clock())
        send(clock=clock)
        conditions.look_into_lake()


def note(*, now: datetime) -> None:
    """Keep one open alert for each thing that lasts, and none for what is over."""
    lasting = {(each.kind, each.subject): each for each in conditions.find(at=now)}
    known = {(alert.kind, alert.subject): alert for alert in Alert.objects.filter(resolved_at=None)}
    over = [alert.pk for key, alert in known.items() if key not in lasting]
    Alert.objects.filter(pk__in=over, resolved_at=None).update(resolved_at=now)
    begun = [
        Alert(kind=each.kind, subject=each.subject[:255], text=each.text, raised_at=now)
        for key, each in lasting.items()
        if key not in known
    ]
    Alert.objects.bulk_create(begun, ignore_conflicts=True)


def send(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Send what nobody was told of; where that fails, the next tick tries again."""
    deliver = _post if settings.ALERT_WEBHOOK else _mail if settings.ALERT_EMAIL else None
    if deliver is None:
        return
    is_of_now = Q(resolved_at=None) | Q(raised_at__gt=clock() - TOLD_FOR)
    for alert in Alert.objects.filter(is_of_now, sent_at=None).order_by("pk")[:MOST_SENT]:
        try:
            deliver(alert)
        except NotSentError as error:
            logger.warning("alert %s was not sent: %s", alert.pk, error)
            return
        Alert.objects.filter(pk=alert.pk, sent_at=None).update(sent_at=clock())


def _mail(alert: Alert) -> None:
    subject = " ".join(f"Lectern: {alert.text}".split())[:LONGEST_SUBJECT]
    body = "\n\n".join(filter(None, [alert.text, _describe_end(alert), _status_url()]))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    name = f"<alert-{alert.pk}-{alert.raised_at:%Y%m%d%H%M%S}@{domain}>"
    message = EmailMessage(subject, body, to=settings.ALERT_EMAIL, headers={"Message-ID": name})
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(str(error) or type(error).__name__) from error


def _post(alert: Alert) -> None:
    told = {
        "id": alert.pk,
        "kind": alert.kind,
        "subject": alert.subject,
        "text": alert.text,
        "raised_at": alert.raised_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "url": _status_url(),
    }
    request = urllib.request.Request(  # noqa: S310  a check refuses all but https and loopback
        settings.ALERT_WEBHOOK,
        data=json.dumps(told).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "Lectern"},
        method="POST",
    )
    try:
        with urllib.request.build_opener(_StayThere).open(request, timeout=TIMEOUT_SECONDS) as response:
            response.read(1)
    except (OSError, HTTPException, ValueError) as error:
        raise NotSentError(str(error) or type(error).__name__) from error


class _StayThere(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: the address was checked, another was not."""

    def redirect_request(self, *arguments: Any, **options: Any) -> None:
        return None


def _describe_end(alert: Alert) -> str:
    return (
        _("It was over at %(time)s UTC.") % {"time": f"{alert.resolved_at:%F %H:%M}"} if alert.resolved_at else ""
    )


def _status_url() -> str:
    return f"{settings.BASE_URL}/status/" if settings.BASE_URL else ""

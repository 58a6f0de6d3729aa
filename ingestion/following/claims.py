"""Who pulls a subscription: one worker at a time, for as long as its lease runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from ingestion.models import Subscription

# A worker that died this often on one pull, with nothing landed in between, will die again.
MOST_DEATHS = 3


class LostLeaseError(Exception):
    """The lease ran out and another took the subscription: what it does is not to be done twice."""

    permanent = True


class TwinError(Exception):
    """The course follows the same channel or playlist by another name already."""

    permanent = True


@dataclass
class Claim:
    """A subscription that this worker has for itself."""

    subscription: Subscription
    lease: timedelta
    has_moved: bool = False
    # The lease before this one: it is the row's where the transaction that renewed it was rolled back.
    earlier: datetime | None = None

    def renew(self, *, now: datetime) -> None:
        """Take the lease for longer, once half of it is over: nobody else can have it before its end.

        Called in the transaction that lands something. Raises LostLeaseError.
        """
        held_until = self.subscription.lease_expires_at
        if self.has_moved and held_until is not None and held_until - now > self.lease / 2:
            return
        if not self._mine().update(lease_expires_at=now + self.lease, attempt_count=0):
            raise LostLeaseError
        self.earlier, self.subscription.lease_expires_at = held_until, now + self.lease
        self.has_moved = True

    def release(self, *, at: datetime, error: str) -> None:
        """Let go of the subscription, which is due again at a time."""
        self._mine().update(next_pull_at=at, lease_expires_at=None, attempt_count=0, error=error)

    def refuse_twin(self) -> None:
        """Raise TwinError where an older subscription of the course is of the same channel or playlist."""
        twins = Subscription.objects.filter(
            course=self.subscription.course,
            kind=self.subscription.kind,
            external_id=self.subscription.external_id,
            pk__lt=self.subscription.pk,
        )
        if twin := twins.exclude(external_id="").first():
            raise TwinError(_("This course follows it already, as %(name)s.") % {"name": twin.reference})

    def _mine(self) -> "QuerySet[Subscription]":
        mine = [each for each in (self.subscription.lease_expires_at, self.earlier) if each is not None]
        return Subscription.objects.filter(pk=self.subscription.pk, lease_expires_at__in=mine)


def claim(subscription_id: int, *, lease: timedelta, now: datetime) -> Claim | None:
    """Claim a subscription that is due; None where it is not, or another has it."""
    due = Subscription.objects.due(at=now).filter(pk=subscription_id)
    deadly = due.filter(attempt_count__gte=MOST_DEATHS)
    deadly.update(
        next_pull_at=now + F("every"),
        lease_expires_at=None,
        attempt_count=0,
        error=_("The worker died %(count)s times while it pulled this.") % {"count": MOST_DEATHS},
    )
    if not due.update(lease_expires_at=now + lease, attempt_count=F("attempt_count") + 1):
        return None
    return Claim(Subscription.objects.select_related("course").get(pk=subscription_id), lease)

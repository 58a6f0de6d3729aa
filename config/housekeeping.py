"""What has had its time is deleted: slots of the schedule, sessions and tokens."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import get_token_model

from config.models import ScheduleSlot

SLOTS_KEPT = timedelta(hours=1)


def tidy_up() -> None:
    """Delete what has expired; again deletes nothing more."""
    now = timezone.now()
    ScheduleSlot.objects.filter(sent_at__lt=now - SLOTS_KEPT).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    get_token_model().objects.filter(expiry__lt=now).delete()

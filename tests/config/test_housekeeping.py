from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import get_token_model

from config import tasks
from config.models import ScheduleSlot


@pytest.mark.django_db
def test_what_has_had_its_time_goes_and_the_rest_stays():
    now, hour = timezone.now(), timedelta(hours=1)
    user, token_model = User.objects.create_user("one"), get_token_model()
    for name, at in {"old": now - 2 * hour, "new": now}.items():
        ScheduleSlot.objects.create(name=name, due_at=at, sent_at=at)
        Session.objects.create(session_key=name, expire_date=at + hour)
        token_model.objects.create(user=user, expiry=4 * hour)
    token_model.objects.filter(pk=token_model.objects.first().pk).update(expiry=now - hour)
    for _ in range(2):
        tasks.tidy_up()
        assert [*ScheduleSlot.objects.values_list("name", flat=True)] == ["new"]
        assert [*Session.objects.values_list("session_key", flat=True)] == ["new"]
        assert token_model.objects.count() == 1

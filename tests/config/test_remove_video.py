import io
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ingestion import removal
from ingestion.models import RemovalCause, Video

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def remove(video_id, reason):
    out = io.StringIO()
    call_command("remove_video", video_id, reason=reason, stdout=out)
    return out.getvalue()


def test_a_video_that_was_removed_before_says_when_and_why():
    Video.objects.create(video_id="abcdefghijk")
    removal.remove_video(video_id="abcdefghijk", reason="on request", now=LONG_AGO)
    said = remove("abcdefghijk", "once more")
    assert said == "abcdefghijk had been removed before: on request, 2026-01-02 03:04:05 UTC.\n"


def test_one_that_a_rule_has_removed_is_removed_for_good():
    Video.objects.create(video_id="abcdefghijk")
    removal.remove_video(video_id="abcdefghijk", reason="gone", cause=RemovalCause.GONE, now=LONG_AGO)
    assert remove("abcdefghijk", "on request").startswith("Removed abcdefghijk: on request, ")


def test_a_video_that_nobody_knows_is_said():
    with pytest.raises(CommandError, match="No video nobody is known here"):
        remove("nobody", "on request")

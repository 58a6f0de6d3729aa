"""The names of YouTube's categories, of which videos tell the numbers alone."""

import logging
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from ingestion import locks
from ingestion.following import planning, runs
from ingestion.models import Bucket, Enquiry, RawObservation, RunState
from ingestion.sources import data_api
from ingestion.youtube import asking, client, errors, quota

logger = logging.getLogger(__name__)

METHOD, KIND = "videoCategories.list", "video_category"
# The names differ from country to country; where none is set, they are those of YouTube's own.
REGION = "US"


def ask_categories(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Ask for the categories where something is followed and they were not told of late; it costs a unit."""
    since = clock() - planning.DETAILS_EVERY
    told = RawObservation.objects.filter(record__source=data_api.DataApi.name, record__kind=KIND)
    if told.filter(observed_at__gt=since).exists() or not Enquiry.objects.exists():
        return
    with (
        suppress(locks.AlreadyRunningError, client.NoKeyError),
        locks.hold_alone(METHOD),
        client.connect() as api,
        closing(asking.Asker(api, clock=clock)) as asker,
    ):
        _ask(asker)


def _ask(asker: asking.Asker) -> None:
    region = settings.YOUTUBE_REGION or REGION
    question = client.Question(METHOD, region, {"part": "snippet", "regionCode": region})
    run = runs.open_run(location=f"categories of {region}", subscription=None, now=asker.clock())
    keep = planning.units_kept(planning.Priority.REFRESH, bucket=Bucket.GENERAL)
    source = data_api.DataApi(question, asker=asker, run=run, keep=keep)
    try:
        page = source.ask(question)
    except (quota.ParkedError, errors.YouTubeError) as error:
        runs.note_error(run, str(error))
    else:
        runs.land_reply(page, run=run, now=asker.clock())
    runs.close_run(run, state=RunState.DONE, now=asker.clock())

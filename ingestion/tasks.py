"""What the `cpu.ingest` queue does."""

from pathlib import Path

from celery import shared_task
from django.utils import timezone

from ingestion import adding, course_archive, events, locks, object_queue, queues, removal, retention, services
from ingestion.audio import fetching
from ingestion.following import categories, enquiries, pulls
from ingestion.youtube import quota


@shared_task(autoretry_for=(locks.AlreadyRunningError,), retry_backoff=True)
def ingest_folder(*, folder: str, course_title: str = "") -> None:
    """Land a folder."""
    services.ingest_folder(folder=Path(folder), course_title=course_title)


@shared_task
def ingest_requested(*, request_id: int) -> None:
    """Land a folder that a person asked for."""
    adding.ingest_requested(request_id=request_id)


@shared_task
def ingest_pending() -> None:
    """Publish the requests that wait."""
    adding.ingest_pending()


@shared_task
def withdraw_removed() -> None:
    """Purge what was landed of removed videos."""
    removal.withdraw_removed()


@shared_task
def pull_due() -> None:
    """Publish the subscriptions that are due."""
    pulls.pull_due()


@shared_task
def pull_subscription(*, subscription_id: int) -> None:
    """Pull what a subscription lists."""
    pulls.pull_subscription(subscription_id=subscription_id)


@shared_task
def ask_pending() -> None:
    """Ask YouTube about the videos that are due."""
    enquiries.ask_pending()


@shared_task
def ask_categories() -> None:
    """Ask YouTube for the names of its categories, once in a while."""
    categories.ask_categories()


@shared_task
def forget_old_calls() -> None:
    """Delete what the ledger of YouTube's units holds beyond need."""
    quota.forget_old(now=timezone.now())


@shared_task
def fetch_pending() -> None:
    """Publish the videos whose audio is to be fetched next."""
    fetching.tidy_up()
    for video_id in fetching.find_next() if queues.has_room_for(fetch_audio) else ():
        fetch_audio.delay_on_commit(video_id=video_id)  # type: ignore[attr-defined]


@shared_task
def fetch_audio(*, video_id: int) -> None:
    """Fetch the audio of a video."""
    fetching.fetch_audio(video_id=video_id)


@shared_task
def archive_courses() -> None:
    """Keep courses, and what they follow, in the lake."""
    course_archive.archive_courses()


@shared_task
def consume_object_events() -> None:
    """Take what waits in the queue of the lake's objects."""
    object_queue.consume_waiting()


@shared_task
def handle_object_events() -> None:
    """Handle the objects that were told of and are not handled yet."""
    events.handle_open()


@shared_task
def look_into_inbox() -> None:
    """Take up files that no event has told of."""
    events.look_into_inbox()


@shared_task
def apply_retention() -> None:
    """Have asked about what is nearly too old, and remove what is."""
    retention.apply_retention()

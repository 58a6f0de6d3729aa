"""What the workers do: plan, hear one recording, withdraw."""

from celery import shared_task
from django.conf import settings

from ingestion import queues
from transcripts import archive, claims, correction_lake, services

# A message that comes back at once from a worker that died meets a lease that still stands: wait it out.
RETRY = {"max_retries": claims.MOST_ATTEMPTS, "countdown": settings.TRANSCRIPTION_LEASE_SECONDS + 1}


@shared_task
def transcribe_pending() -> None:
    services.plan_transcriptions()
    for pk in services.find_next() if queues.has_room_for(run_transcription) else ():
        run_transcription.delay_on_commit(transcription_id=pk)  # type: ignore[attr-defined]


@shared_task(
    autoretry_for=(Exception,),
    retry_kwargs=RETRY,
    throws=(claims.NotClaimableError,),
)
def run_transcription(*, transcription_id: int) -> None:
    services.run_transcription(transcription_id=transcription_id)


@shared_task
def withdraw_removed() -> None:
    services.withdraw_removed()


@shared_task
def archive_ended() -> None:
    archive.archive_ended()


@shared_task
def archive_corrections() -> None:
    correction_lake.archive_corrections()

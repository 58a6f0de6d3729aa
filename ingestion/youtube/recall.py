"""What an earlier call has brought: the reply need not come again where nothing has changed."""

from datetime import datetime

from ingestion import sources
from ingestion.models import ApiCall, RawObservation
from ingestion.youtube import client


def find_call(question: client.Question) -> ApiCall | None:
    """Return the newest call of the same question, where all of its reply is still kept."""
    call = (
        ApiCall.objects.filter(
            method=question.method, subject=question.subject[:255], page_number=question.page_number
        )
        .filter(finished_at__isnull=False, error="")
        .order_by("-called_at")
        .first()
    )
    if call is None or not call.etag or not call.lake_key:
        return None
    # Of what was refused, withheld or purged since, nothing could be told again.
    is_whole = RawObservation.objects.filter(lake_key=call.lake_key).count() == call.item_count
    return call if is_whole else None


def read_page(call: ApiCall, *, location: str, observed_at: datetime) -> sources.Page:
    """Return what a call that find_call has found brought, as if it were seen at another moment."""
    rows = RawObservation.objects.filter(lake_key=call.lake_key).select_related("record").order_by("pk")
    records = [row.record for row in rows]
    return sources.Page(
        kind=records[0].kind,
        location=location,
        observed_at=observed_at,
        records=tuple(
            sources.Record(record.external_id, record.video_id, record.etag, record.payload) for record in records
        ),
    )

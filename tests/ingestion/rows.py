"""Rows of every table that following and keeping fill, one of each for a video."""

from datetime import date

from ingestion.models import (
    Alert,
    ApiCall,
    AudioFetch,
    AvailabilityChange,
    Bucket,
    ContractDrift,
    Course,
    Enquiry,
    EnquiryKind,
    IngestionRun,
    Listing,
    ObjectEvent,
    Purge,
    SubjectKind,
    Subscription,
    Video,
)


def make_all(video: Video, *, course: Course) -> None:
    name = video.video_id
    subscription = Subscription.objects.create(
        course=course, kind=SubjectKind.CHANNEL, reference=f"@{name}", title="<b>Lectures"
    )
    run = IngestionRun.objects.create(source="youtube_api", location=name, subscription=subscription)
    Listing.objects.create(subscription=subscription, video=video)
    ApiCall.objects.create(
        run=run, bucket=Bucket.GENERAL, quota_date=date(2026, 11, 26), units=1, method="videos.list", subject=name
    )
    Enquiry.objects.create(video=video, kind=EnquiryKind.DETAILS)
    AvailabilityChange.objects.create(video=video, availability="private", observed_at=run.started_at)
    AudioFetch.objects.create(video=video)
    ObjectEvent.objects.create(key=f"inbox/{name}.mp3", version="1")
    Purge.objects.create(video_id=name, reason="not confirmed")
    ContractDrift.objects.create(contract="video", path=f"statistics.{name}")
    Alert.objects.create(kind="quota", subject=name, text="<b>Lectures")

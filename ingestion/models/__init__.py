"""The tables of this app: the catalogue, what landed, what is followed and fetched, what people asked for."""

from ingestion.models.catalogue import (
    OPERATE,
    TEACH,
    Availability,
    Chapter,
    Course,
    CourseAccess,
    CourseQuerySet,
    Membership,
    Video,
    VideoQuerySet,
)
from ingestion.models.fetching import AudioFetch, FetchReason, FetchState
from ingestion.models.following import (
    ApiCall,
    AvailabilityChange,
    Bucket,
    Enquiry,
    EnquiryKind,
    Listing,
    SubjectKind,
    Subscription,
)
from ingestion.models.keeping import Alert, ContractDrift, ObjectEvent, Purge
from ingestion.models.landing import (
    IngestionRun,
    MediaFile,
    MediaKind,
    RawObservation,
    RawRecord,
    RawRejectedRecord,
    RunState,
)
from ingestion.models.requests import FolderRequest, RequestState

__all__ = [
    "OPERATE",
    "TEACH",
    "Alert",
    "ApiCall",
    "AudioFetch",
    "Availability",
    "AvailabilityChange",
    "Bucket",
    "Chapter",
    "ContractDrift",
    "Course",
    "CourseAccess",
    "CourseQuerySet",
    "Enquiry",
    "EnquiryKind",
    "FetchReason",
    "FetchState",
    "FolderRequest",
    "IngestionRun",
    "Listing",
    "MediaFile",
    "MediaKind",
    "Membership",
    "ObjectEvent",
    "Purge",
    "RawObservation",
    "RawRecord",
    "RawRejectedRecord",
    "RequestState",
    "RunState",
    "SubjectKind",
    "Subscription",
    "Video",
    "VideoQuerySet",
]

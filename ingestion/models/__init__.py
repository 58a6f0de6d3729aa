"""The tables of this app: the catalogue, what landed, and what people asked to be added."""

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
    "Availability",
    "Chapter",
    "Course",
    "CourseAccess",
    "CourseQuerySet",
    "FolderRequest",
    "IngestionRun",
    "MediaFile",
    "MediaKind",
    "Membership",
    "RawObservation",
    "RawRecord",
    "RawRejectedRecord",
    "RequestState",
    "RunState",
    "Video",
    "VideoQuerySet",
]

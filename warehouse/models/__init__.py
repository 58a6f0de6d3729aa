"""The normalized snowflake, and the builds that filled it.

A key is the md5 of its natural key. Facts hold the durable key of a dimension, so that history can be added to the
dimension without touching them. Unknown text is empty; unknown numbers and times are NULL.
"""

from warehouse.marts import (
    MartChannelTotals,
    MartSpeechPace,
    MartTranscriptQuality,
    MartVideoCurrent,
    MartVideoDaily,
    MartViewVelocity,
)
from warehouse.models.builds import READ_MARTS, WarehouseBuild
from warehouse.models.dimensions import (
    BridgePlaylistVideo,
    BridgeVideoTag,
    BridgeVideoTopic,
    DimASRModel,
    DimCategory,
    DimChannel,
    DimCountry,
    DimDate,
    DimLanguage,
    DimPlaylist,
    DimTag,
    DimTopic,
    DimVideo,
)
from warehouse.models.facts import (
    FctChannelSnapshot,
    FctCorrection,
    FctTranscription,
    FctTranscriptSegment,
    FctVideoSnapshot,
)

__all__ = [
    "READ_MARTS",
    "BridgePlaylistVideo",
    "BridgeVideoTag",
    "BridgeVideoTopic",
    "DimASRModel",
    "DimCategory",
    "DimChannel",
    "DimCountry",
    "DimDate",
    "DimLanguage",
    "DimPlaylist",
    "DimTag",
    "DimTopic",
    "DimVideo",
    "FctChannelSnapshot",
    "FctCorrection",
    "FctTranscriptSegment",
    "FctTranscription",
    "FctVideoSnapshot",
    "MartChannelTotals",
    "MartSpeechPace",
    "MartTranscriptQuality",
    "MartVideoCurrent",
    "MartVideoDaily",
    "MartViewVelocity",
    "WarehouseBuild",
]

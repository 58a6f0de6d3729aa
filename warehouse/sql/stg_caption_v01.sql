-- One row per caption track of the YouTube Data API, as last seen; what it says is no part of it.
select
    external_id as caption_id,
    read_id(payload #>> '{snippet,videoId}') as video_id,
    read_id(payload #>> '{snippet,language}') as language_code,
    payload #>> '{snippet,name}' as name,
    payload #>> '{snippet,trackKind}' as track_kind,
    payload #>> '{snippet,audioTrackType}' as audio_track_type,
    payload #>> '{snippet,status}' as status,
    read_flag(payload #>> '{snippet,isDraft}') as is_draft,
    read_flag(payload #>> '{snippet,isCC}') as is_closed_caption,
    read_flag(payload #>> '{snippet,isAutoSynced}') as is_auto_synced,
    read_time(payload #>> '{snippet,lastUpdated}') as updated_at,
    observed_at
from stg_youtube_api_item
where kind = 'caption'

-- One row per video, playlist or channel that a search of the YouTube Data API found, as last seen.
-- Its texts are HTML-escaped, unlike those of any other kind.
select
    external_id as search_result_id,
    replace(payload #>> '{id,kind}', 'youtube#', '') as found_kind,
    read_id(payload #>> '{id,videoId}') as video_id,
    read_id(payload #>> '{id,playlistId}') as playlist_id,
    read_id(payload #>> '{snippet,channelId}') as channel_id,
    payload #>> '{snippet,title}' as html_title,
    payload #>> '{snippet,description}' as html_description,
    payload #>> '{snippet,channelTitle}' as html_channel_title,
    payload #>> '{snippet,liveBroadcastContent}' as live_state,
    read_time(payload #>> '{snippet,publishedAt}') as published_at,
    observed_at
from stg_youtube_api_item
where kind = 'search_result'

-- One row per playlist of the YouTube Data API, as last seen.
select
    external_id as playlist_id,
    read_id(payload #>> '{snippet,channelId}') as channel_id,
    payload #>> '{snippet,title}' as title,
    payload #>> '{snippet,description}' as description,
    payload #>> '{snippet,channelTitle}' as channel_title,
    payload #>> '{status,privacyStatus}' as privacy_status,
    read_count(payload #>> '{contentDetails,itemCount}') as item_count,
    read_time(payload #>> '{snippet,publishedAt}') as published_at,
    observed_at
from stg_youtube_api_item
where kind = 'playlist'

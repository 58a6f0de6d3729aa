-- One row per video of which videos.batchGetStats told, as last seen; hidden counts stay NULL.
select
    external_id as video_id,
    read_count(payload #>> '{statistics,viewCount}') as view_count,
    read_count(payload #>> '{statistics,likeCount}') as like_count,
    read_count(payload #>> '{statistics,commentCount}') as comment_count,
    read_time(payload #>> '{snippet,publishTime}') as published_at,
    observed_at
from stg_youtube_api_item
where kind = 'video_stats'

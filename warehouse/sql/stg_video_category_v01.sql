-- One row per video category of the YouTube Data API, as last seen.
select
    external_id as category_id,
    payload #>> '{snippet,title}' as title,
    read_flag(payload #>> '{snippet,assignable}') as is_assignable,
    observed_at
from stg_youtube_api_item
where kind = 'video_category'

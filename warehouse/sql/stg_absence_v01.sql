-- One row per video that the YouTube Data API was asked about and left out of its reply, as last seen to be absent.
select
    external_id as video_id,
    observed_at
from stg_youtube_api_item
where kind = 'absence'

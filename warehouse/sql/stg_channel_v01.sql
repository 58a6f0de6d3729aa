-- One row per channel of the YouTube Data API, as last seen; hidden subscribers stay NULL.
select
    external_id as channel_id,
    read_id(payload #>> '{contentDetails,relatedPlaylists,uploads}') as uploads_playlist_id,
    coalesce(payload #>> '{snippet,title}', payload #>> '{brandingSettings,channel,title}') as title,
    coalesce(
        payload #>> '{snippet,description}', payload #>> '{brandingSettings,channel,description}'
    ) as description,
    payload #>> '{snippet,customUrl}' as handle,
    upper(
        read_id(
            coalesce(payload #>> '{snippet,country}', payload #>> '{brandingSettings,channel,country}')
        )
    ) as country_code,
    read_count(payload #>> '{statistics,viewCount}') as view_count,
    case
        when read_flag(payload #>> '{statistics,hiddenSubscriberCount}') then null
        else read_count(payload #>> '{statistics,subscriberCount}')
    end as subscriber_count,
    read_count(payload #>> '{statistics,videoCount}') as video_count,
    read_flag(payload #>> '{statistics,hiddenSubscriberCount}') as has_hidden_subscribers,
    read_time(payload #>> '{snippet,publishedAt}') as published_at,
    observed_at
from stg_youtube_api_item
where kind = 'channel'

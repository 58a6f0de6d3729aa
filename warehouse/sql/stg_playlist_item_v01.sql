-- One row per entry of a playlist, as last seen; the title of a private or deleted video is a placeholder.
select
    external_id as playlist_item_id,
    read_id(payload #>> '{snippet,playlistId}') as playlist_id,
    read_id(
        coalesce(payload #>> '{contentDetails,videoId}', payload #>> '{snippet,resourceId,videoId}')
    ) as video_id,
    read_id(payload #>> '{snippet,videoOwnerChannelId}') as channel_id,
    payload #>> '{snippet,title}' as title,
    payload #>> '{snippet,videoOwnerChannelTitle}' as channel_title,
    read_count(payload #>> '{snippet,position}') as position,
    coalesce(
        payload #>> '{snippet,title}' in ('Private video', 'Deleted video')
        and read_object(payload #> '{snippet,thumbnails}') = '{}',
        false
    ) as is_placeholder,
    read_time(payload #>> '{contentDetails,videoPublishedAt}') as video_published_at,
    read_time(payload #>> '{snippet,publishedAt}') as added_at,
    observed_at
from stg_youtube_api_item
where kind = 'playlist_item'

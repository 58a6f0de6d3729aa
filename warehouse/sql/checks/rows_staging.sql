-- Each staging view holds every distinct id that was landed and seen, once.
with
landed as (
    select
        case
            when raw_record.source = 'yt_dlp' and raw_record.kind = 'info' then 'stg_yt_dlp_info'
            else 'stg_' || raw_record.kind
        end as relation,
        count(distinct raw_record.external_id) as landed_count
    from raw_record
    where
        (
            (raw_record.source = 'yt_dlp' and raw_record.kind in ('info', 'playlist_info'))
            or (
                raw_record.source = 'youtube_api'
                and raw_record.kind in (
                    'video',
                    'channel',
                    'playlist',
                    'playlist_item',
                    'video_category',
                    'comment_thread',
                    'caption',
                    'search_result',
                    'video_stats',
                    'absence'
                )
            )
        )
        and exists (select 1 from raw_observation where raw_observation.record_id = raw_record.id)
    group by 1
),

staged as (
    select 'stg_video' as relation, count(*) as staged_count from stg_video
    union all
    select 'stg_channel', count(*) from stg_channel
    union all
    select 'stg_playlist', count(*) from stg_playlist
    union all
    select 'stg_playlist_item', count(*) from stg_playlist_item
    union all
    select 'stg_video_category', count(*) from stg_video_category
    union all
    select 'stg_comment_thread', count(*) from stg_comment_thread
    union all
    select 'stg_caption', count(*) from stg_caption
    union all
    select 'stg_search_result', count(*) from stg_search_result
    union all
    select 'stg_video_stats', count(*) from stg_video_stats
    union all
    select 'stg_absence', count(*) from stg_absence
    union all
    select 'stg_yt_dlp_info', count(*) from stg_yt_dlp_info
    union all
    select 'stg_playlist_info', count(*) from stg_playlist_info
)

select
    staged.relation,
    coalesce(landed.landed_count, 0) as landed_count,
    staged.staged_count
from staged
left join landed on landed.relation = staged.relation
where coalesce(landed.landed_count, 0) <> staged.staged_count

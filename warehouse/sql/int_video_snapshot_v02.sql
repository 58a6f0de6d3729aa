-- One row per video, source and moment at which it was seen; what a source hid or did not give is NULL.
-- Two payloads of one moment are one pull in several parts: what either gives counts.
with
api as (
    select
        id as record_id,
        external_id as video_id,
        source,
        read_count(payload #>> '{statistics,viewCount}') as view_count,
        read_count(payload #>> '{statistics,likeCount}') as like_count,
        read_count(payload #>> '{statistics,commentCount}') as comment_count
    from raw_record
    where source = 'youtube_api' and kind in ('video', 'video_stats')
),

info as (
    select
        raw_record.id as record_id,
        raw_record.external_id as video_id,
        raw_record.source,
        read_count(info.view_count) as view_count,
        read_count(info.like_count) as like_count,
        read_count(info.comment_count) as comment_count
    from raw_record
    cross join lateral jsonb_to_record(read_object(raw_record.payload)) as info (
        view_count text, like_count text, comment_count text
    )
    where raw_record.source = 'yt_dlp' and raw_record.kind = 'info'
),

total as (
    select * from api
    union all
    select * from info
)

select
    total.video_id,
    total.source,
    max(total.view_count) as view_count,
    max(total.like_count) as like_count,
    max(total.comment_count) as comment_count,
    raw_observation.observed_at
from total
inner join raw_observation on raw_observation.record_id = total.record_id
group by total.video_id, total.source, raw_observation.observed_at

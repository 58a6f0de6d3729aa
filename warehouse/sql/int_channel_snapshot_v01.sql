-- One row per channel, source and moment at which it was seen; hidden subscribers stay NULL.
-- yt-dlp tells a channel's followers with each of its videos: the videos of one moment are one row.
with
api as (
    select
        id as record_id,
        external_id as channel_id,
        source,
        read_count(payload #>> '{statistics,viewCount}') as view_count,
        case
            when read_flag(payload #>> '{statistics,hiddenSubscriberCount}') then null
            else read_count(payload #>> '{statistics,subscriberCount}')
        end as subscriber_count,
        read_count(payload #>> '{statistics,videoCount}') as video_count
    from raw_record
    where source = 'youtube_api' and kind = 'channel'
),

info as (
    select
        raw_record.id as record_id,
        read_id(info.channel_id) as channel_id,
        raw_record.source,
        cast(null as bigint) as view_count,
        read_count(info.channel_follower_count) as subscriber_count,
        cast(null as bigint) as video_count
    from raw_record
    cross join lateral jsonb_to_record(read_object(raw_record.payload)) as info (
        channel_id text, channel_follower_count text
    )
    where
        raw_record.source = 'yt_dlp'
        and raw_record.kind = 'info'
        and read_count(info.channel_follower_count) is not null
),

total as (
    select * from api
    union all
    select * from info
)

select
    total.channel_id,
    total.source,
    max(total.view_count) as view_count,
    max(total.subscriber_count) as subscriber_count,
    max(total.video_count) as video_count,
    raw_observation.observed_at
from total
inner join raw_observation on raw_observation.record_id = total.record_id
where total.channel_id is not null
group by total.channel_id, total.source, raw_observation.observed_at

-- One row per channel: sums over its distinct videos, each with its totals as last seen.
with
channel as (
    select * from dim_channel
),

country as (
    select * from dim_country
),

ranked_snapshot as (
    select
        video_key,
        view_count,
        like_count,
        comment_count,
        row_number() over (
            partition by video_key
            order by observed_at desc, source asc
        ) as recency
    from fct_video_snapshot
    where coalesce(view_count, like_count, comment_count) is not null
),

transcribed as (
    select distinct video_key
    from fct_transcription
    where is_preferred and outcome = 'done'
),

video_total as (
    select
        video.channel_key,
        count(*) as video_count,
        count(transcribed.video_key) as transcribed_video_count,
        cast(sum(video.duration_seconds) as bigint) as duration_seconds,
        cast(sum(ranked_snapshot.view_count) as bigint) as view_count,
        cast(sum(ranked_snapshot.like_count) as bigint) as like_count,
        cast(sum(ranked_snapshot.comment_count) as bigint) as comment_count,
        sum(
            case
                when ranked_snapshot.video_key is not null and ranked_snapshot.like_count is null then 1
                else 0
            end
        ) as hidden_like_video_count
    from dim_video as video
    left join ranked_snapshot on ranked_snapshot.video_key = video.video_key and ranked_snapshot.recency = 1
    left join transcribed on transcribed.video_key = video.video_key
    where video.channel_key is not null
    group by video.channel_key
),

ranked_channel_snapshot as (
    select
        channel_key,
        subscriber_count,
        observed_at,
        row_number() over (
            partition by channel_key
            order by observed_at desc, source asc
        ) as recency
    from fct_channel_snapshot
)

select
    channel.channel_key,
    channel.channel_id,
    channel.title,
    channel.handle,
    coalesce(country.country_code, '') as country_code,
    coalesce(video_total.video_count, 0) as video_count,
    coalesce(video_total.transcribed_video_count, 0) as transcribed_video_count,
    coalesce(video_total.hidden_like_video_count, 0) as hidden_like_video_count,
    video_total.duration_seconds,
    video_total.view_count,
    video_total.like_count,
    video_total.comment_count,
    ranked_channel_snapshot.subscriber_count,
    channel.published_at,
    ranked_channel_snapshot.observed_at
from channel
left join country on country.country_key = channel.country_key
left join video_total on video_total.channel_key = channel.channel_key
left join ranked_channel_snapshot
    on ranked_channel_snapshot.channel_key = channel.channel_key and ranked_channel_snapshot.recency = 1

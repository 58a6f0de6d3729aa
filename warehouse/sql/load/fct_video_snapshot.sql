-- One row per video, source and moment at which it was seen. Totals are cumulative: never sum them over time.
with
snapshot as (
    select * from int_video_snapshot
),

video as (
    select * from dim_video
),

calendar as (
    select * from dim_date
)

select
    surrogate_key(
        snapshot.video_id, snapshot.source, cast(extract(epoch from snapshot.observed_at) as text)
    ) as video_snapshot_key,
    video.video_key,
    calendar.date_key,
    snapshot.source,
    snapshot.view_count,
    snapshot.like_count,
    snapshot.comment_count,
    cast(floor(extract(epoch from snapshot.observed_at)) as bigint) as observed_second,
    snapshot.observed_at
from snapshot
inner join video on video.video_id = snapshot.video_id
inner join calendar on calendar.day_on = cast(snapshot.observed_at at time zone 'UTC' as date)

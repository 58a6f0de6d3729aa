-- One row per channel, source and moment at which it was seen. Totals are cumulative: never sum them over time.
with
snapshot as (
    select * from int_channel_snapshot
),

channel as (
    select * from dim_channel
),

calendar as (
    select * from dim_date
)

select
    surrogate_key(
        snapshot.channel_id, snapshot.source, cast(extract(epoch from snapshot.observed_at) as text)
    ) as channel_snapshot_key,
    channel.channel_key,
    calendar.date_key,
    snapshot.source,
    snapshot.view_count,
    snapshot.subscriber_count,
    snapshot.video_count,
    snapshot.observed_at
from snapshot
inner join channel on channel.channel_id = snapshot.channel_id
inner join calendar on calendar.day_on = cast(snapshot.observed_at at time zone 'UTC' as date)

-- A video's daily gains of views add up to its last total less its first, where every day has a total.
with
bounds as (
    select
        video_id,
        min(day_on) as first_on,
        max(day_on) as last_on,
        coalesce(sum(view_gain), 0) as gain
    from mart_video_daily
    group by video_id
    having count(*) = count(view_count)
)

select
    bounds.video_id,
    earliest.view_count as first_view_count,
    latest.view_count as last_view_count,
    bounds.gain
from bounds
inner join mart_video_daily as earliest
    on earliest.video_id = bounds.video_id and earliest.day_on = bounds.first_on
inner join mart_video_daily as latest
    on latest.video_id = bounds.video_id and latest.day_on = bounds.last_on
where latest.view_count - earliest.view_count <> bounds.gain

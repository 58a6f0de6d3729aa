-- mart_video_daily holds every video and day on which fct_video_snapshot saw a total, and no other.
with
seen as (
    select distinct
        dim_video.video_id,
        cast(fct_video_snapshot.observed_at at time zone 'UTC' as date) as day_on
    from fct_video_snapshot
    inner join dim_video on dim_video.video_key = fct_video_snapshot.video_key
    where num_nonnulls(
        fct_video_snapshot.view_count, fct_video_snapshot.like_count, fct_video_snapshot.comment_count
    ) > 0
)

select
    coalesce(seen.video_id, mart_video_daily.video_id) as video_id,
    coalesce(seen.day_on, mart_video_daily.day_on) as day_on,
    seen.video_id is not null as is_in_facts,
    mart_video_daily.video_id is not null as is_in_mart
from seen
full join mart_video_daily
    on mart_video_daily.video_id = seen.video_id and mart_video_daily.day_on = seen.day_on
where seen.video_id is null or mart_video_daily.video_id is null

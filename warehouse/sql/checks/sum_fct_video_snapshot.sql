-- Every snapshot of a video holds the totals that were seen.
with
seen as (
    select * from int_video_snapshot
),

loaded as (
    select
        video.video_id,
        snapshot.source,
        snapshot.observed_at,
        snapshot.view_count,
        snapshot.like_count,
        snapshot.comment_count
    from fct_video_snapshot as snapshot
    inner join dim_video as video on video.video_key = snapshot.video_key
)

select
    loaded.video_id,
    loaded.source,
    loaded.observed_at,
    seen.view_count as seen_view_count,
    loaded.view_count as loaded_view_count,
    seen.like_count as seen_like_count,
    loaded.like_count as loaded_like_count,
    seen.comment_count as seen_comment_count,
    loaded.comment_count as loaded_comment_count
from loaded
inner join seen
    on seen.video_id = loaded.video_id
    and seen.source = loaded.source
    and seen.observed_at = loaded.observed_at
where
    seen.view_count is distinct from loaded.view_count
    or seen.like_count is distinct from loaded.like_count
    or seen.comment_count is distinct from loaded.comment_count

-- The newest day of mart_video_daily and mart_video_current give a video the same totals.
with
newest as (
    select distinct on (video_id) video_id, view_count, like_count, comment_count
    from mart_video_daily
    order by video_id asc, day_on desc
)

select
    mart_video_current.video_id,
    mart_video_current.view_count,
    newest.view_count as daily_view_count,
    mart_video_current.like_count,
    newest.like_count as daily_like_count,
    mart_video_current.comment_count,
    newest.comment_count as daily_comment_count
from mart_video_current
left join newest on newest.video_id = mart_video_current.video_id
where
    (mart_video_current.view_count, mart_video_current.like_count, mart_video_current.comment_count)
    is distinct from (newest.view_count, newest.like_count, newest.comment_count)

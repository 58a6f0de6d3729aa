-- In mart_view_velocity, video_id and window_start_at are together never null and never repeated.
select
    video_id,
    window_start_at,
    count(*) as row_count
from mart_view_velocity
group by video_id, window_start_at
having count(*) > 1 or video_id is null or window_start_at is null

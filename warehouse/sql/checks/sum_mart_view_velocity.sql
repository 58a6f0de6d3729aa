-- A window of mart_view_velocity begins at the total with which the window an hour before it ended.
select
    later.video_id,
    later.window_start_at,
    earlier.view_count as ended_at_view_count,
    later.view_count - later.view_gain as began_at_view_count
from mart_view_velocity as later
inner join mart_view_velocity as earlier
    on earlier.video_key = later.video_key and earlier.window_end_at = later.window_start_at
where earlier.view_count <> later.view_count - later.view_gain

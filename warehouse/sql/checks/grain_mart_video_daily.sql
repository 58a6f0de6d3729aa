-- In mart_video_daily, video_id and day_on are together never null and never repeated.
select
    video_id,
    day_on,
    count(*) as row_count
from mart_video_daily
group by video_id, day_on
having count(*) > 1 or video_id is null or day_on is null

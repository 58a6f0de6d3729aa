-- In stg_absence, video_id is never null and never repeated.
select
    video_id,
    count(*) as row_count
from stg_absence
group by video_id
having count(*) > 1 or video_id is null

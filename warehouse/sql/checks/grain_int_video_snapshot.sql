-- In int_video_snapshot, video_id, source and observed_at are together never null and never repeated.
select
    video_id,
    source,
    observed_at,
    count(*) as row_count
from int_video_snapshot
group by video_id, source, observed_at
having count(*) > 1 or video_id is null or source is null or observed_at is null

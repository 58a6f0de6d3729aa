-- In fct_video_snapshot, video_key, source and observed_at are together never null and never repeated.
select
    video_key,
    source,
    observed_at,
    count(*) as row_count
from fct_video_snapshot
group by video_key, source, observed_at
having count(*) > 1 or video_key is null or source is null or observed_at is null

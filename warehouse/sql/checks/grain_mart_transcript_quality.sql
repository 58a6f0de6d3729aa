-- In mart_transcript_quality, video_id is never null and never repeated.
select
    video_id,
    count(*) as row_count
from mart_transcript_quality
group by video_id
having count(*) > 1 or video_id is null

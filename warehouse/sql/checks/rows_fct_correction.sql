-- Every correction of a video that is not withdrawn is one row of fct_correction, video by video.
with
made as (
    select ingestion_video.video_id, count(*) as made_count
    from transcripts_correction
    inner join ingestion_video on ingestion_video.id = transcripts_correction.video_id
    where not ingestion_video.is_withdrawn
    group by ingestion_video.video_id
),

loaded as (
    select dim_video.video_id, count(*) as loaded_count
    from fct_correction
    inner join dim_video on dim_video.video_key = fct_correction.video_key
    group by dim_video.video_id
)

select
    coalesce(made.video_id, loaded.video_id) as video_id,
    coalesce(made.made_count, 0) as made_count,
    coalesce(loaded.loaded_count, 0) as loaded_count
from made
full join loaded on loaded.video_id = made.video_id
where coalesce(made.made_count, 0) <> coalesce(loaded.loaded_count, 0)

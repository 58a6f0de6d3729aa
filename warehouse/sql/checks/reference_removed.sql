-- Nothing is held of a withdrawn video: one that was removed, or has gone at its source.
select dim_video.video_id
from dim_video
inner join ingestion_video on ingestion_video.video_id = dim_video.video_id
where ingestion_video.is_withdrawn

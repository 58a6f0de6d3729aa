-- Nothing is held of a removed video.
select dim_video.video_id
from dim_video
inner join ingestion_video on ingestion_video.video_id = dim_video.video_id
where ingestion_video.availability = 'removed'

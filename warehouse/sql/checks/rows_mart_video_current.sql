-- mart_video_current holds exactly the videos of dim_video.
select
    coalesce(dim_video.video_id, mart_video_current.video_id) as video_id,
    dim_video.video_id is not null as is_in_dimension,
    mart_video_current.video_id is not null as is_in_mart
from dim_video
full join mart_video_current on mart_video_current.video_id = dim_video.video_id
where dim_video.video_id is null or mart_video_current.video_id is null

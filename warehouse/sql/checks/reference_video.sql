-- Every video has the channel, category and language that its sources name.
select
    dim_video.video_id,
    int_video.channel_id,
    dim_channel.channel_id as loaded_channel_id,
    int_video.category_id,
    dim_category.category_id as loaded_category_id,
    int_video.language_code,
    dim_language.language_code as loaded_language_code
from int_video
left join dim_video on dim_video.video_id = int_video.video_id
left join dim_channel on dim_channel.channel_key = dim_video.channel_key
left join dim_category on dim_category.category_key = dim_video.category_key
left join dim_language on dim_language.language_key = dim_video.language_key
where
    dim_video.video_id is null
    or (int_video.channel_id, int_video.category_id, int_video.language_code)
    is distinct from (dim_channel.channel_id, dim_category.category_id, dim_language.language_code)

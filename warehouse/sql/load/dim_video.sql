-- One row per video that is known and not removed.
with
video as (
    select * from int_video
),

channel as (
    select * from dim_channel
),

category as (
    select * from dim_category
),

language as (
    select * from dim_language
)

select
    surrogate_key(video.video_id) as video_key,
    video.video_id,
    channel.channel_key,
    category.category_key,
    language.language_key,
    video.title,
    video.description,
    video.availability,
    video.definition,
    video.duration_seconds,
    video.has_captions,
    video.is_live,
    video.published_at
from video
left join channel on channel.channel_id = video.channel_id
left join category on category.category_id = video.category_id
left join language on language.language_code = video.language_code

-- One row per video and tag.
with
described as (
    select * from int_video
),

video as (
    select * from dim_video
),

tag as (
    select * from dim_tag
)

select distinct
    video.video_key,
    tag.tag_key
from described
cross join lateral jsonb_array_elements_text(described.tags) as element (value)
inner join video on video.video_id = described.video_id
inner join tag on tag.tag_key = surrogate_key(btrim(element.value))

-- One row per tag, as it is written.
with
video as (
    select * from int_video
),

tag as (
    select distinct btrim(element.value) as tag
    from video
    cross join lateral jsonb_array_elements_text(video.tags) as element (value)
)

select
    surrogate_key(tag) as tag_key,
    tag
from tag
where tag <> ''

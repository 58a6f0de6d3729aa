-- One row per category that was pulled or that a video names; the latter has no title.
with
category as (
    select * from stg_video_category
),

video as (
    select * from int_video
),

known as (
    select category_id from category
    union
    select category_id from video
    where category_id is not null
)

select
    surrogate_key(known.category_id) as category_key,
    known.category_id,
    coalesce(category.title, '') as title,
    category.is_assignable
from known
left join category on category.category_id = known.category_id

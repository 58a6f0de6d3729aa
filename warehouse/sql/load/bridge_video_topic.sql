-- One row per video and topic.
with
described as (
    select * from int_video
),

video as (
    select * from dim_video
),

topic as (
    select * from dim_topic
)

select distinct
    video.video_key,
    topic.topic_key
from described
cross join lateral jsonb_array_elements_text(described.topic_urls) as element (value)
inner join video on video.video_id = described.video_id
inner join topic on topic.topic_url = element.value

-- One row per topic of YouTube: an article of Wikipedia.
with
video as (
    select * from int_video
),

topic as (
    select distinct read_id(element.value) as topic_url
    from video
    cross join lateral jsonb_array_elements_text(video.topic_urls) as element (value)
)

select
    surrogate_key(topic_url) as topic_key,
    topic_url,
    replace(regexp_replace(topic_url, '^.*/', ''), '_', ' ') as title
from topic
where topic_url is not null
